import { describe, expect, test } from 'vitest'
import { xai } from '#engine/providers/xai/xai.ts'
import { inputs, source } from './hosted-session.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('xai.patched.json')
/** Paths as the document has them, and the withdrawn models as well. */
const settings = { baseUrl: 'https://api.x.ai', askRetired: true }

describe.skipIf(spec === null)('what goes to xAI is what its document says', () => {
  const requests = fullestRequests(xai, settings).map((request) => ({
    ...request,
    ...(request.source ? { source, references: [source] } : {}),
  }))
  const problemsOf = async (parts: (typeof requests)[number]): Promise<unknown> => {
    const { sent, code } = await recordRequest(xai, settings, parts, inputs)
    if (sent.length !== 1) throw new Error(`nothing was sent: ${code}`)
    return sent.flatMap((one) => spec?.problems(one))
  }

  test.each(requests)('$model, $operation', async (request) => {
    expect(await problemsOf(request)).toEqual([])
    expect(await problemsOf({ ...request, references: [] })).toEqual([])
  })

  test('every size, of new pictures and of those edits that offer it', async () => {
    let refused = 0
    for (const request of everySize(xai, settings)) {
      const parts = { ...request, references: [], ...(request.source ? { source } : {}) }
      const { sent } = await recordRequest(xai, settings, parts, inputs)
      if (sent.length === 0) refused++
      expect(sent.flatMap((one) => spec?.problems(one))).toEqual([])
    }
    // Four ratios of one model in two resolutions, of three in one.
    expect(refused).toBe(4 * 2 + 4 * 3)
  })

  test('the check is alive: bad requests for each operation', () => {
    const post = (path: string, body: unknown) => spec?.problems({ method: 'POST', path, body })
    const good = { model: 'm', prompt: 'p' }
    expect(post('/images/generations', { ...good, size: '1024x1024' })).toEqual(['size is no field of it'])
    expect(post('/images/generations', { ...good, resolution: '4k' })).toEqual([expect.stringContaining('resolution')])
    expect(post('/images/edits', { ...good, aspect_ratio: '20:9' })).toEqual([expect.stringContaining('aspect_ratio')])
    expect(post('/images/edits', { ...good, image: { url: 'x' } })).toEqual([expect.stringContaining('/image')])
    const get = (path: string) => spec?.problems({ method: 'GET', path, body: undefined })
    expect(get('/image-generation-models')).toEqual([])
    expect(get('/image-generation-models?limit=1')).not.toEqual([])
    expect(get('/api-key')).toEqual([])
    expect(get('/api-key?no_such=1')).not.toEqual([])
  })
})
