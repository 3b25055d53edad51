import { z } from 'zod'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { baseFrom, limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { openBatches } from './batches.ts'
import { complaintOf } from './complaint.ts'
import { changed, type GeminiEntry, isModelId, models } from './models.ts'
import { priceOf } from './price.ts'
import { progressFrom } from './reply.ts'
import { maxPicturesBytes, refuse, wireRequest } from './request.ts'
import { type Settings, settings } from './settings.ts'

/** A picture of 4096x4096 as a PNG, in base64, and what the model drew while it thought. */
const maxReplyBytes = 256 * 1024 * 1024

const modelList = z.object({
  models: z
    .array(z.object({ name: z.string(), supportedGenerationMethods: z.array(z.string()).catch([]) }))
    .default([]),
})

/**
 * Google's Nano Banana family by `generateContent`, one picture a request, answered while one waits; Imagen by `predict` for
 * accounts that still have it (discovery document of 2026-08-22, @google/genai 3.1.0). Nothing can be looked up later, so a
 * lost reply is a person's matter.
 */
export const gemini: Provider = {
  id: 'gemini',
  label: 'Google Gemini',
  about: 'The Nano Banana family: fast drafts at 1K, finals up to 4K, edits with up to fourteen pictures.',
  settings,
  keyVariables: ['GEMINI_API_KEY', 'GOOGLE_API_KEY'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'ask',
  usual: {
    draft: { model: 'gemini-nano-banana-2.1', quality: 'minimal' },
    final: { model: 'gemini-nano-banana-2.1', quality: 'medium' },
  },
  models: (given) => models.list(settings.parse(given).askRetired),
  model: (id, given) => (isModelId(id) ? models.model(id, settings.parse(given).askRetired) : null),
  price(request, given, changes = null) {
    const entry = changed(models.entry(request.model, settings.parse(given).askRetired), changes)
    return entry && priceOf(entry, request)
  },
  checker(id, given, changes) {
    const entry = changed(models.entry(id, settings.parse(given).askRetired), changes)
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model id.`)
  },
  pictureLimits: () => ({ maxBytes: maxPicturesBytes, maxBytesTogether: maxPicturesBytes }),
  origin: (given) => baseFrom(settings.parse(given).baseUrl)?.origin ?? null,
  isConfigured: (given) => baseFrom(settings.parse(given).baseUrl) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'Google Gemini')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    // Never in the address: addresses land in logs.
    headers: (key) => ({ 'x-goog-api-key': key }),
    complaintOf: (reply) => complaintOf(reply, io.now()),
  })
  const entryOf = (model: string): GeminiEntry | null =>
    changed(isModelId(model) ? models.entry(model, of.askRetired) : null, io.changes?.(model) ?? null)
  const modelIds = async (call: Pick<ProviderCall, 'signal' | 'onHeaders'>): Promise<string[]> => {
    const reply = await http.send(urlOf('/models?pageSize=1000'), { method: 'GET', repeatable: true }, call)
    const { models } = http.read(modelList, reply, false)
    const makesPictures = ({ name, supportedGenerationMethods: methods }: (typeof models)[number]): boolean =>
      (methods.includes('generateContent') && /image|banana/.test(name)) ||
      (methods.includes('predict') && /imagen/.test(name))
    return models
      .filter(makesPictures)
      .map(({ name }) => name.replace(/^models\//, ''))
      .sort()
  }

  return {
    remoteBatches: openBatches(http, { where, urlOf, key: io.key }, entryOf),

    async submit(request, call) {
      const entry = entryOf(request.model)
      if (!entry) throw unsupported(`“${request.model}” is not a model id.`)
      const { path, body } = await wireRequest(request, entry, call)
      const headers = { 'content-type': 'application/json' }
      const sent = { method: 'POST', body, headers, maxBytes: maxReplyBytes, repeatable: false } as const
      return progressFrom(await http.send(urlOf(path), sent, call), http, entry)
    },

    async check(call) {
      const ids = await modelIds(call)
      return { message: connectedTo(where, ids), models: ids }
    },

    /** The account's own models, withdrawn ones where it still has them; Google names no prices. */
    async catalogue(call) {
      const ids = await modelIds(call)
      return ids.map((id) => models.model(id, true)).filter((model) => model !== null)
    },
  }
}
