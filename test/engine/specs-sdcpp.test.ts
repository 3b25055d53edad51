import { describe, expect, test } from 'vitest'
import { sdcpp } from '#engine/providers/sdcpp/sdcpp.ts'
import { noStream } from './sample-request.ts'
import { fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('sdcpp.hand.json')
const settings = { models: 'tiny-sd' }
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const requests = fullestRequests(sdcpp, settings)
const options = {
  clip_skip: 2,
  embed_image_metadata: true,
  hires: {},
  lora: [{ path: 'a', multiplier: 1 }],
  output_compression: 90,
  sample_params: { sample_steps: 4 },
  vae_tiling_params: {},
}

describe.skipIf(spec === null)('what goes to stable-diffusion.cpp is what its document says', () => {
  test('there is a request for each operation', () => {
    expect(requests.map(({ operation }) => operation)).toEqual(['generate', 'edit'])
  })

  test.each(requests)('$model, $operation', async (request) => {
    for (const outputFormat of ['png', 'jpeg', 'webp', null] as const) {
      const more = request.operation === 'edit' ? { ...options, strength: 0.5 } : options
      const { sent } = await recordRequest(sdcpp, settings, { ...request, outputFormat, options: more }, inputs)
      expect([sent.length, sent.flatMap((one) => spec?.problems(one))]).toEqual([1, []])
    }
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(sdcpp, settings, request, inputs)
    const [good] = sent
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(spec?.problems({ ...good, body: { ...good.body, seed: 'seven' } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('polling, canceling, and what is loaded', async () => {
    const sent: { method: string; path: string; body: unknown }[] = []
    const session = sdcpp.open(settings, {
      fetch: async (url, { method = 'GET', body }) => {
        sent.push({ method, path: new URL(url).pathname, body })
        return { status: 200, headers: {}, bytes: Buffer.from('{"id":"j1","status":"queued"}') }
      },
      stream: noStream,
      now: () => 0,
      key: () => null,
    })
    const call = { signal: new AbortController().signal, input: async () => new Uint8Array() }
    await session.poll?.({ id: 'j1' }, call)
    await session.cancel?.({ id: 'j1' }, call)
    await session.check?.(call)
    expect(sent.map(({ method, path }) => `${method} ${path}`)).toEqual([
      'GET /sdcpp/v1/jobs/j1',
      'POST /sdcpp/v1/jobs/j1/cancel',
      'GET /sdcpp/v1/capabilities',
    ])
    expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
    expect(spec?.problems({ method: 'DELETE', path: '/sdcpp/v1/jobs/j1', body: undefined })).not.toEqual([])
  })
})
