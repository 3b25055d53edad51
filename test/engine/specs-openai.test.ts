import { describe, expect, test } from 'vitest'
import { openai } from '#engine/providers/openai/openai.ts'
import { inputs, source } from './hosted-session.ts'
import { everySize, fullestRequests, openSpec, recordRequest } from './spec-check.ts'

const spec = openSpec('openai.patched.json')
/** Paths as the document has them, and the withdrawn models as well. */
const settings = { baseUrl: 'https://api.openai.com', askRetired: true }

describe.skipIf(spec === null)('what goes to OpenAI is what its document says', () => {
  const requests = fullestRequests(openai, settings).map((request) => ({
    ...request,
    ...(request.source ? { source } : {}),
    references: (request.references ?? []).map(() => source),
  }))
  const problemsOf = async (parts: (typeof requests)[number]): Promise<unknown> => {
    const { sent, code } = await recordRequest(openai, settings, parts, inputs)
    if (sent.length !== 1) throw new Error(`nothing was sent: ${code}`)
    return sent.flatMap((one) => spec?.problems(one))
  }

  test.each(requests)('$model, $operation', async (request) => {
    expect(await problemsOf(request)).toEqual([])
    if (request.model?.startsWith('dall-e')) return
    const more = { outputFormat: 'webp' as const, options: { transparent: true } }
    expect(await problemsOf({ ...request, ...more })).toEqual([])
  })

  test('every size', async () => {
    for (const request of everySize(openai, settings)) {
      if (request.operation === 'generate') expect(await problemsOf({ ...request, references: [] })).toEqual([])
    }
  })

  test('options of single models', async () => {
    const only = (model: string, operation: string) =>
      requests.find((one) => one.model === model && one.operation === operation) ?? {}
    const edit = { ...only('gpt-image-1.5', 'edit'), references: [] }
    const compressed = { outputFormat: 'jpeg' as const, options: { input_fidelity: 'high', output_compression: 80 } }
    expect(await problemsOf({ ...edit, ...compressed })).toEqual([])
    const planned = {
      ...only('gpt-image-2.6-flare', 'generate'),
      references: [],
      options: { complexity: 'high', moderation: 'low' },
    }
    expect(await problemsOf(planned)).toEqual([])
    expect(
      await problemsOf({ ...only('dall-e-3', 'generate'), references: [], options: { style: 'natural' } }),
    ).toEqual([])
  })

  test('the check is alive: bad requests for each operation', () => {
    const generate = (body: unknown) => spec?.problems({ method: 'POST', path: '/images/generations', body })
    expect(generate({ prompt: 'p', model: 'gpt-image-2', quality: 'finest' })).toEqual([
      expect.stringContaining('/quality'),
    ])
    expect(generate({ prompt: 'p', seed: 1 })).toEqual(['seed is no field of it'])
    const form = new FormData()
    form.append('n', '11')
    const edit = spec?.problems({ method: 'POST', path: '/images/edits', body: form })
    expect(edit).toEqual(expect.arrayContaining([expect.stringContaining('prompt'), expect.stringContaining('/n')]))
    expect(spec?.problems({ method: 'GET', path: '/models', body: undefined })).toEqual([])
    expect(spec?.problems({ method: 'GET', path: '/models?limit=1', body: undefined })).not.toEqual([])
  })
})
