import { describe, expect, test } from 'vitest'
import { stability } from '#engine/providers/stability/stability.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('stability.hand.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const requests = fullestRequests(stability, {}).map((request) => ({
  ...request,
  ...(request.model === 'upscale-fast' ? { scale: 4 } : {}),
  outputFormat: 'png' as const,
}))

describe.skipIf(spec === null)('what goes to Stability is what its document says', () => {
  test.each(requests)('$model, $operation', async (request) => {
    const { sent } = await recordRequest(stability, {}, request, inputs)
    expect(sent.length).toBe(1)
    expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(stability, {}, request, inputs)
    const [good] = sent
    if (!good || !(good.body instanceof FormData)) throw new Error('no form was sent')
    const { body } = good
    body.set('output_format', 'bmp')
    body.set('no_such_field', '1')
    expect(spec?.problems({ ...good, body })).toEqual([
      expect.stringContaining('/output_format'),
      'no_such_field is no field of it',
    ])
  })

  test('every ratio, and the options that a profile may set', async () => {
    for (const request of everySize(stability, {})) {
      const options = request.model === 'core' ? { style_preset: 'comic-book' } : { cfg_scale: 4 }
      const { sent } = await recordRequest(
        stability,
        {},
        { ...request, ...(request.model === 'ultra' ? {} : { options }) },
        inputs,
      )
      expect([request.model, sent.flatMap((one) => spec?.problems(one))]).toEqual([request.model, []])
    }
  })

  test('results and balance', () => {
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect([get(`/v2beta/results/${'a'.repeat(64)}`), get('/v1/user/balance')]).toEqual([[], []])
    expect(get('/v2beta/result')).toEqual(['GET /v2beta/result is no operation'])
    expect(get('/v1/user/balance?of=me')).toEqual(['query: of?'])
  })
})
