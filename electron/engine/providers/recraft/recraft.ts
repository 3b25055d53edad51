import { z } from 'zod'
import { withChanges } from '#engine/providers/catalogue.ts'
import { priceOf } from '#engine/providers/catalogue-price.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { microsFrom } from '#shared/money.ts'
import { entryOf, modelOf, modelsOf } from './models.ts'
import { complaintOf, progressFrom } from './reply.ts'
import { refuse, wireRequest } from './request.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const get = { method: 'GET', repeatable: true } as const
const account = z.object({ credits: z.number(), name: z.string().nullish(), email: z.string().nullish() })
const modelList = z.object({
  data: z.array(z.object({ id: z.string(), pricing: z.object({ image: z.string().catch('') }) })),
})

/**
 * Recraft's own API (its document of 2026-08-22 and price page, read 2026-11): pictures and drawings (SVG), upscalers,
 * background removal. It answers with the picture; there is no list of requests, no cancel and no idempotency key.
 */
export const recraft: Provider = {
  id: 'recraft',
  label: 'Recraft',
  about: 'Pictures and vector drawings in many styles, two upscalers and background removal.',
  settings,
  keyVariables: ['RECRAFT_API_TOKEN', 'RECRAFT_API_KEY'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'ask',
  usual: {
    draft: { model: 'recraftv4_1', quality: null },
    final: { model: 'recraftv4_1_pro', quality: null },
  },
  models: (given) => modelsOf(settings.parse(given)),
  model: (id, given) => modelOf(id, settings.parse(given)),
  price(request, given) {
    const entry = entryOf(request.model, settings.parse(given))
    return entry ? priceOf(entry, request) : null
  },
  checker(id, given, changes) {
    const entry = withChanges(entryOf(id, settings.parse(given)), changes)
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model of Recraft.`)
  },
  pictureLimits: (_id, given) => ({ maxBytes: settings.parse(given).pictureMegabytes * 1_000_000 }),
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'Recraft')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    complaintOf: (reply) => complaintOf(reply, of),
  })
  return {
    async submit(request, call) {
      const entry = withChanges(entryOf(request.model, of), io.changes?.(request.model) ?? null)
      if (!entry) throw unsupported(`“${request.model}” is not a model of Recraft.`)
      const { path, body } = await wireRequest(request, entry, call, of.pictureMegabytes * 1_000_000)
      const reply = await http.send(
        urlOf(`/images/${path}`),
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify(body),
          maxBytes: maxReplyBytes,
          repeatable: false,
        },
        call,
      )
      return progressFrom(reply, http, request.seed)
    },

    async check(call) {
      const { credits, name, email } = http.read(account, await http.send(urlOf('/users/me'), get, call), false)
      const text = `${credits.toLocaleString('en-US')} credits`
      const who = name || email
      return {
        message: `Connected to ${where}, ${text}`,
        models: [],
        ...(who ? { name: who } : {}),
        // 1,000 credits are a dollar (its price page, read 2026-11).
        balance: { text, micros: Math.floor(credits * 1_000) },
      }
    },

    /** The catalogue's models with the prices that the service names now, in USD a picture. */
    async catalogue(call) {
      const { data } = http.read(modelList, await http.send(urlOf('/models'), get, call), false)
      const asOf = new Date(io.now()).toISOString().slice(0, 10)
      return modelsOf(of).map((model) => {
        const micros = microsFrom(data.find(({ id }) => id === model.id)?.pricing.image ?? '')
        if (micros === null) return model
        return {
          ...model,
          price: {
            perImageMicros: micros,
            currency: 'USD',
            asOf,
            source: 'Recraft’s list of models',
            unit: { per: 'image', micros },
          },
        }
      })
    },
  }
}
