import { z } from 'zod'
import { withChanges } from '#engine/providers/catalogue.ts'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { baseFrom, limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { openBatches } from './batches.ts'
import { models, priceOf, type XaiEntry } from './models.ts'
import { complaintOf, progressFrom } from './reply.ts'
import { maxPictureBytes, refuse, wireRequest } from './request.ts'
import { type Settings, settings } from './settings.ts'

const maxReplyBytes = 128 * 1024 * 1024
const modelList = z.object({
  models: z.array(z.object({ id: z.string(), max_prompt_length: z.int().positive().nullish().catch(null) })),
})

const keyInfo = z.object({ name: z.string().nullish() })

/**
 * xAI's Grok Imagine, one picture a request, answered while one waits (xai-proto of 2026-05-17, xai-sdk-python of 2026-08-18).
 * There is no idempotency key and no list of requests, so a lost reply is a person's matter.
 */
export const xai: Provider = {
  id: 'xai',
  label: 'xAI',
  about: 'Grok Imagine: drafts for two cents, finals up to 2k, edits with up to three pictures.',
  settings,
  keyVariables: ['XAI_API_KEY'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'ask',
  usual: {
    draft: { model: 'grok-imagine-image', quality: null },
    final: { model: 'grok-imagine-image-2.0', quality: 'medium' },
  },
  models: (given) => models.list(settings.parse(given).askRetired),
  model: (id, given) => models.model(id, settings.parse(given).askRetired),
  price(request, given) {
    const entry = models.entry(request.model, settings.parse(given).askRetired)
    return entry && priceOf(entry, request)
  },
  checker(id, given, changes) {
    const entry = withChanges(models.entry(id, settings.parse(given).askRetired), changes)
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model id.`)
  },
  pictureLimits: () => ({ maxBytes: maxPictureBytes }),
  origin: (given) => baseFrom(settings.parse(given).baseUrl)?.origin ?? null,
  isConfigured: (given) => baseFrom(settings.parse(given).baseUrl) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'xAI')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    complaintOf,
  })
  const entryOf = (model: string): XaiEntry | null =>
    withChanges(models.entry(model, of.askRetired), io.changes?.(model) ?? null)
  const listed = async (call: Pick<ProviderCall, 'signal' | 'onHeaders'>) => {
    const reply = await http.send(urlOf('/image-generation-models'), { method: 'GET', repeatable: true }, call)
    return http.read(modelList, reply, false).models
  }

  /** What the key is called in xAI's console; an extra, so a failure is none: the key was already found good. */
  const keyName = async (call: Pick<ProviderCall, 'signal' | 'onHeaders'>): Promise<string | null> => {
    try {
      const reply = await http.send(urlOf('/api-key'), { method: 'GET', repeatable: true }, call)
      return http.read(keyInfo, reply, false).name ?? null
    } catch (error) {
      if (call.signal.aborted) throw error
      return null
    }
  }

  return {
    remoteBatches: openBatches(http, { urlOf, key: io.key, now: io.now }, entryOf),

    async submit(request, call) {
      const entry = entryOf(request.model)
      if (!entry) throw unsupported(`“${request.model}” is not a model id.`)
      const { path, body } = await wireRequest(request, entry, call)
      const headers = { 'content-type': 'application/json' }
      const sent = { method: 'POST', body, headers, maxBytes: maxReplyBytes, repeatable: false } as const
      return progressFrom(await http.send(urlOf(path), sent, call), http)
    },

    async check(call) {
      const ids = (await listed(call)).map(({ id }) => id).sort()
      const name = await keyName(call)
      return { message: connectedTo(where, ids), models: ids, ...(name ? { name } : {}) }
    },

    /**
     * The account's own models with the longest prompt that each reads. The list names a price, too, but readers do not agree
     * on its unit (10^-9 or 10^-10 USD), and it is one where size and quality have several: prices stay the catalogue's.
     */
    async catalogue(call) {
      return (await listed(call)).flatMap(({ id, max_prompt_length: longest }) => {
        const entry = models.entry(id, true)
        return entry ? [models.modelFor({ ...entry, maxPromptLength: longest ?? entry.maxPromptLength })] : []
      })
    },
  }
}
