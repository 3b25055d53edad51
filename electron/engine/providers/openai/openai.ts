import { z } from 'zod'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { baseFrom, limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { openBatches } from './batches.ts'
import { readHook } from './hook.ts'
import { changed, models, type OpenAiEntry } from './models.ts'
import { priceOf } from './price.ts'
import { complaintOf, progressFrom } from './reply.ts'
import { maxPictureBytes, refuse, wireRequest } from './request.ts'
import { type Settings, settings } from './settings.ts'

/** A picture of 3840x2160 as a PNG, in base64, may take 60 MB. */
const maxReplyBytes = 192 * 1024 * 1024
const modelList = z.object({ data: z.array(z.object({ id: z.string() })) })
const makesPictures = /image|dall-e/i

/**
 * OpenAI's GPT image models, one picture a request, answered while one waits (its specification of 2026-08-21 and SDK
 * 7.55.0). There is no idempotency key and no list of requests, so a lost reply is a person's matter.
 */
export const openai: Provider = {
  id: 'openai',
  label: 'OpenAI',
  about: 'GPT Image: drafts for half a cent, finals up to 3840x2160, edits with up to sixteen pictures.',
  settings,
  keyVariables: ['OPENAI_API_KEY'],
  settingVariables: { baseUrl: 'OPENAI_BASE_URL', organization: 'OPENAI_ORG_ID', project: 'OPENAI_PROJECT_ID' },
  hookSecretVariable: 'OPENAI_WEBHOOK_SECRET',
  keyOptional: false,
  anyModel: true,
  lostReply: 'ask',
  usual: {
    draft: { model: 'gpt-image-2.5-flare', quality: 'low' },
    final: { model: 'gpt-image-2.5-sunburst', quality: 'high' },
  },
  models: (given) => models.list(settings.parse(given).askRetired),
  model: (id, given) => models.model(id, settings.parse(given).askRetired),
  price(request, given, changes = null) {
    const entry = changed(models.entry(request.model, settings.parse(given).askRetired), changes)
    return entry && priceOf(entry, request)
  },
  checker(id, given, changes) {
    const entry = changed(models.entry(id, settings.parse(given).askRetired), changes)
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model id.`)
  },
  pictureLimits: () => ({ maxBytes: maxPictureBytes }),
  origin: (given) => baseFrom(settings.parse(given).baseUrl)?.origin ?? null,
  isConfigured: (given) => baseFrom(settings.parse(given).baseUrl) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'OpenAI')
  const { hookSecret = null } = io
  const account = {
    ...(of.organization.trim() ? { 'openai-organization': of.organization.trim() } : {}),
    ...(of.project.trim() ? { 'openai-project': of.project.trim() } : {}),
  }
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Bearer ${key}`, ...account }),
    complaintOf,
  })
  const entryOf = (model: string): OpenAiEntry | null =>
    changed(models.entry(model, of.askRetired), io.changes?.(model) ?? null)
  const modelIds = async (call: Pick<ProviderCall, 'signal' | 'onHeaders'>): Promise<string[]> => {
    const reply = await http.send(urlOf('/models'), { method: 'GET', repeatable: true }, call)
    const ids = http.read(modelList, reply, false).data.map(({ id }) => id)
    return ids.filter((id) => makesPictures.test(id)).sort()
  }

  return {
    remoteBatches: openBatches(http, { where, urlOf, key: io.key }, entryOf),

    async submit(request, call) {
      const entry = entryOf(request.model)
      if (!entry) throw unsupported(`“${request.model}” is not a model id.`)
      const { path, body, headers } = await wireRequest(request, entry, call)
      const sent = { method: 'POST', body, headers, maxBytes: maxReplyBytes, repeatable: false } as const
      return progressFrom(await http.send(urlOf(path), sent, call), http, entry)
    },

    ...(hookSecret ? { hook: async (delivery) => readHook(hookSecret, delivery) } : {}),

    async check(call) {
      const ids = await modelIds(call)
      return { message: connectedTo(where, ids), models: ids }
    },

    /** The account's own models; OpenAI names no prices, so those stay the catalogue's. */
    async catalogue(call) {
      const ids = await modelIds(call)
      return ids.map((id) => models.model(id, true)).filter((model) => model !== null)
    },
  }
}
