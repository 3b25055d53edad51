import { describe, expect, test } from 'vitest'
import { bfl } from '#engine/providers/bfl/bfl.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('bfl.patched.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const requests = fullestRequests(bfl, {})

describe.skipIf(spec === null)('what goes to BFL is what its document says', () => {
  test.each(requests)('$model, $operation', async (request) => {
    for (const outputFormat of ['png', 'jpeg', 'webp', null] as const) {
      const { sent, code } = await recordRequest(bfl, {}, { ...request, outputFormat }, inputs)
      if (outputFormat === null) expect(sent.length).toBe(1)
      expect([code === 'unsupported', sent.flatMap((one) => spec?.problems(one))]).toEqual([sent.length === 0, []])
    }
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(bfl, {}, request, inputs)
    const [good] = sent
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(spec?.problems({ ...good, body: { ...good.body, prompt: 7 } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('every ratio, and the options that a profile may set', async () => {
    for (const request of everySize(bfl, {})) {
      const { sent } = await recordRequest(bfl, {}, { ...request, options: { safety_tolerance: 2 } }, inputs)
      expect([request.model, request.width, sent.flatMap((one) => spec?.problems(one))]).toEqual([
        request.model,
        request.width,
        [],
      ])
    }
    const flex = {
      model: 'flux-2-flex',
      width: 1024,
      height: 1024,
      options: { guidance: 3, steps: 20, prompt_upsampling: false },
    }
    const { sent } = await recordRequest(bfl, {}, flex)
    expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
  })

  test('polls and the balance', () => {
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect([get('/v1/get_result?id=x'), get('/v1/credits')]).toEqual([[], []])
    expect(get('/v1/get_result')).toEqual(['query: id is missing'])
    expect(get('/v1/credits?of=me')).toEqual(['query: of?'])
  })
})
