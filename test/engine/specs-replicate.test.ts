import { describe, expect, test } from 'vitest'
import { replicate } from '#engine/providers/replicate/replicate.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('replicate.json')
const inputs = { picture: Buffer.from('\u0089PNG', 'latin1') }
const settings = { baseUrl: 'https://api.replicate.com' }

/** The inputs of models are the models' own; the document says what goes around them. */
describe.skipIf(spec === null)('what goes to Replicate is what its document says', () => {
  test.each(fullestRequests(replicate, settings))('$model, $operation', async (request) => {
    const { sent } = await recordRequest(replicate, settings, request, inputs)
    expect(sent.length).toBe(1)
    expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
  })

  test('every size of the models that take a ratio goes out', async () => {
    for (const request of everySize(replicate, settings)) {
      const { sent } = await recordRequest(replicate, settings, request, inputs)
      expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
    }
  })

  test('the checks are alive', () => {
    const post = (path: string, body: unknown) => spec?.problems({ method: 'POST', path, body })
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect(post('/models/a/b/predictions', { input: {} })).toEqual([])
    expect(post('/models/a/b/predictions', { input: 7 })).not.toEqual([])
    expect(post('/models/a/b/predictions', { prompt: 'p' })).not.toEqual([])
    expect(post('/predictions', { version: 'a/b', input: {} })).toEqual([])
    expect(post('/predictions', { input: {} })).not.toEqual([])
    expect(get('/predictions?created_after=2026-11-20T00:00:00.000Z')).toEqual([])
    expect(get('/predictions?since=1')).not.toEqual([])
    const hook = { webhook: 'https://example.com/hooks/replicate', webhook_events_filter: ['completed'] }
    expect(post('/predictions', { version: 'a/b', input: {}, ...hook })).toEqual([])
    expect(post('/predictions', { version: 'a/b', input: {}, ...hook, webhook_events_filter: ['over'] })).not.toEqual(
      [],
    )
    expect(post('/predictions/abc/cancel', undefined)).toEqual([])
    expect(post('/predictions/abc/cancel', {})).not.toEqual([])
    for (const path of ['/predictions/abc', '/models/a/b', '/account', '/webhooks/default/secret']) {
      expect(get(path)).toEqual([])
      expect(get(`${path}?no_such=1`)).not.toEqual([])
    }
  })
})
