import { describe, expect, test } from 'vitest'
import { fal } from '#engine/providers/fal/fal.ts'
import { entries } from '#engine/providers/fal/models.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const queue = openSpec('fal-queue.derived.json')
const platform = openSpec('fal-platform.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }

describe.skipIf(queue === null || platform === null)('what goes to fal is what its documents say', () => {
  const requests = fullestRequests(fal, {})

  test.each(requests)('$model, $operation', async (request) => {
    const { sent } = await recordRequest(fal, {}, request, inputs)
    expect(sent.length).toBe(1)
    expect(sent.flatMap((one) => queue?.problems(one))).toEqual([])
  })

  test.each(requests)('the check of $model, $operation is alive', async (request) => {
    const { sent } = await recordRequest(fal, {}, request, inputs)
    const [good] = sent
    if (!good || typeof good.body !== 'object') throw new Error('nothing was sent')
    expect(queue?.problems({ ...good, body: { ...good.body, prompt: 7, image_url: [], image_urls: {} } })).not.toEqual(
      [],
    )
    expect(queue?.problems({ ...good, body: { ...good.body, no_such_field: 1 } })).toEqual([
      'no_such_field is no field of it',
    ])
  })

  test('every size of the models that take a ratio', async () => {
    for (const request of everySize(fal, {})) {
      const { sent } = await recordRequest(fal, {}, request, inputs)
      expect([request.model, request.width, sent.flatMap((one) => queue?.problems(one))]).toEqual([
        request.model,
        request.width,
        [],
      ])
    }
  })

  test.each(entries)('file formats and options of $id', async ({ id, operations, formats, options }) => {
    for (const request of requests.filter(({ model }) => model === id)) {
      for (const outputFormat of formats) {
        const { sent } = await recordRequest(fal, {}, { ...request, outputFormat }, inputs)
        expect(sent.flatMap((one) => queue?.problems(one))).toEqual([])
      }
    }
    const offered = requests.find(({ model, operation }) => model === id && operation === operations.at(-1))
    const { sent } = await recordRequest(fal, {}, offered ?? {}, inputs)
    const problems = sent.flatMap((one) =>
      queue?.problems({ ...one, body: Object.fromEntries(options.map((name) => [name, null])) }),
    )
    expect(problems.filter((problem) => problem?.endsWith('is no field of it'))).toEqual([])
  })

  test('what follows a request: its webhook, status, result, cancel', () => {
    const sent = (method: string, path: string, body?: unknown) => queue?.problems({ method, path, body })
    const submit = '/fal-ai/flux/schnell'
    expect(sent('POST', `${submit}?fal_webhook=https%3A%2F%2Fexample.com%2Fhooks%2Ffal`, { prompt: 'p' })).toEqual([])
    expect(sent('POST', `${submit}?webhook=x`, { prompt: 'p' })).toEqual(['query: webhook?'])
    const of = '/fal-ai/flux/requests/r1'
    expect([sent('GET', `${of}/status`), sent('GET', of), sent('PUT', `${of}/cancel`)]).toEqual([[], [], []])
    expect(sent('GET', `${of}/status?no_such=1`)).toEqual(['query: no_such?'])
    expect(sent('GET', `${of}?no_such=1`)).toEqual(['query: no_such?'])
    expect(sent('PUT', `${of}/cancel`, {})).toEqual(['it takes no body'])
    // The whole path of the endpoint is no part of it: that is why the returned addresses are kept.
    expect(sent('GET', `${submit}/requests/r1`)).not.toEqual([])
  })

  test('questions to the platform', () => {
    const get = (path: string) => ({ method: 'GET', path, body: undefined })
    const list =
      '/models/requests/by-endpoint?endpoint_id=a&start=2026-11-20T00%3A00%3A00.000Z&expand=payloads&limit=100'
    expect(platform?.problems(get(list))).toEqual([])
    expect(platform?.problems(get('/models/pricing?endpoint_id=a%2Cb'))).toEqual([])
    expect(platform?.problems(get('/models?endpoint_id=a&expand=openapi-3.0'))).toEqual([])
    expect(platform?.problems(get('/models?endpoint_id=a%2Cb&status=deprecated'))).toEqual([])
    expect(platform?.problems(get('/account/billing?expand=credits'))).toEqual([])
    expect(platform?.problems(get('/models/pricing?endpoints=a'))).not.toEqual([])
  })
})
