import { describe, expect, test } from 'vitest'
import { entries } from '#engine/providers/recraft/models.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('recraft.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const requests = fullestRequests(recraft, {})

describe.skipIf(spec === null)('what goes to Recraft is what its document says', () => {
  test.each(requests)('$model, $operation', async (request) => {
    for (const outputFormat of ['png', 'webp', null] as const) {
      const { sent, code } = await recordRequest(recraft, {}, { ...request, outputFormat }, inputs)
      if (outputFormat === null) expect(sent.length).toBe(1)
      expect([code === 'unsupported', sent.flatMap((one) => spec?.problems(one))]).toEqual([sent.length === 0, []])
    }
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(recraft, {}, request, inputs)
    const [good] = sent
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(spec?.problems({ ...good, body: { ...good.body, response_format: 'jpeg' } })).not.toEqual([])
    expect(spec?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('every size of every model', async () => {
    for (const request of everySize(recraft, {}).filter(({ operation }) => operation === 'generate')) {
      const { sent } = await recordRequest(recraft, {}, request, inputs)
      expect([request.model, request.width, sent.flatMap((one) => spec?.problems(one))]).toEqual([
        request.model,
        request.width,
        [],
      ])
    }
  })

  test.each(requests)('the options of $model, $operation are fields of it', async (request) => {
    const { sent } = await recordRequest(recraft, {}, request, inputs)
    const names = entries.find(({ id }) => id === request.model)?.options ?? []
    const asked = names.filter((name) => request.operation === 'edit' || name !== 'strength')
    const body = Object.fromEntries(asked.map((name) => [name, null]))
    const problems = sent.flatMap((one) => spec?.problems({ ...one, body }) ?? [])
    expect(problems.filter((problem) => problem.endsWith('is no field of it'))).toEqual([])
  })

  test('models and account', () => {
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect([get('/v1/models'), get('/v1/users/me')]).toEqual([[], []])
    expect(get('/v1/users/you')).not.toEqual([])
    expect(get('/v1/models?of=me')).toEqual(['query: of?'])
  })
})
