import { describe, expect, test } from 'vitest'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { inputs, source } from './hosted-session.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('gemini.json')
/** Paths as the document has them; of the withdrawn models it knows those of `generateContent`. */
const settings = { baseUrl: 'https://generativelanguage.googleapis.com', askRetired: true }
const isKnown = ({ model }: { model?: string }): boolean => !model?.startsWith('imagen')

describe.skipIf(spec === null)('what goes to Gemini is what its document says', () => {
  const requests = fullestRequests(gemini, settings)
    .filter(isKnown)
    .map((request) => ({ ...request, ...(request.source ? { source, references: [source] } : {}) }))
  const problemsOf = async (parts: (typeof requests)[number]): Promise<unknown> => {
    const { sent, code } = await recordRequest(gemini, settings, parts, inputs)
    if (sent.length !== 1) throw new Error(`nothing was sent: ${code}`)
    return sent.flatMap((one) => spec?.problems(one))
  }

  test.each(requests)('$model, $operation', async (request) => {
    expect(await problemsOf(request)).toEqual([])
    for (const safetyThreshold of ['BLOCK_ONLY_HIGH', 'BLOCK_NONE', 'OFF']) {
      expect(await problemsOf({ ...request, options: { safetyThreshold } })).toEqual([])
    }
  })

  test('every quality and every size', async () => {
    const [banana] = requests
    for (const quality of ['minimal', 'medium', 'high']) expect(await problemsOf({ ...banana, quality })).toEqual([])
    const sizes = everySize(gemini, settings).filter((one) => isKnown(one) && one.operation === 'generate')
    expect(sizes.length).toBeGreaterThan(150)
    for (const request of sizes) expect(await problemsOf(request)).toEqual([])
  })

  test('the check is alive: bad requests for each operation', () => {
    const path = '/models/gemini-3-pro-image:generateContent'
    const generate = (body: unknown) => spec?.problems({ method: 'POST', path, body })
    const contents = [{ parts: [{ text: 'p' }] }]
    expect(generate({ contents, generationConfig: { thinkingConfig: { thinkingLevel: 'minimal' } } })).toEqual([
      expect.stringContaining('thinkingLevel'),
    ])
    expect(generate({ contents, safetySettings: [{ threshold: 'HIGH' }] })).not.toEqual([])
    expect(generate({ generationConfig: {} })).toEqual([expect.stringContaining('contents')])
    expect(generate({ contents, seed: 1 })).toEqual(['seed is no field of it'])
    const get = (query: string) => spec?.problems({ method: 'GET', path: `/models${query}`, body: undefined })
    expect(get('?pageSize=1000')).toEqual([])
    expect(get('?size=1000')).not.toEqual([])
  })
})
