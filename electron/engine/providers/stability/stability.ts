import { z } from 'zod'
import { withChanges } from '#engine/providers/catalogue.ts'
import { priceOf } from '#engine/providers/catalogue-price.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { entryOf, modelsOf } from './models.ts'
import { complaintOf, progressFrom, started } from './reply.ts'
import { formFor, maxPictureBytes, refuse } from './request.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const asJson = { accept: 'application/json' }
const balance = z.object({ credits: z.number() })

/**
 * Stability AI, v2beta (its API document and price page, read 2026-11). Most calls answer with the picture itself; only the
 * creative upscale is followed by an id. It has no list of requests, no cancel and no idempotency key.
 */
export const stability: Provider = {
  id: 'stability',
  label: 'Stability AI',
  about: 'Stable Image and Stable Diffusion 3.5, three upscalers and background removal, at fixed prices.',
  settings,
  keyVariables: ['STABILITY_API_KEY'],
  keyOptional: false,
  anyModel: false,
  lostReply: 'ask',
  usual: { draft: { model: 'sd3.5-flash', quality: null }, final: { model: 'ultra', quality: null } },
  models: (given) => modelsOf(settings.parse(given)),
  model: (id, given) => modelsOf(settings.parse(given)).find((model) => model.id === id) ?? null,
  price(request, given) {
    const entry = entryOf(request.model, settings.parse(given))
    return entry ? priceOf(entry, request) : null
  },
  checker(id, given, changes) {
    const entry = withChanges(entryOf(id, settings.parse(given)), changes)
    return entry
      ? sentenceOf((request) => refuse(request, entry))
      : noSuchModel(`“${id}” is not a model of Stability AI.`)
  },
  pictureLimits(id, given) {
    const input = entryOf(id, settings.parse(given))?.wire.input
    return {
      maxBytes: maxPictureBytes,
      ...(input?.maxSide === undefined ? {} : { maxSide: input.maxSide }),
      ...(input ? { maxPixels: input.maxPixels } : {}),
    }
  },
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'Stability AI')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    complaintOf,
  })
  const pollAfterMs = of.pollSeconds * 1000
  return {
    async submit(request, call) {
      const entry = withChanges(entryOf(request.model, of), io.changes?.(request.model) ?? null)
      if (!entry) throw unsupported(`“${request.model}” is not a model of Stability AI.`)
      const body = await formFor(request, entry, call)
      const reply = await http.send(
        urlOf(`/v2beta/stable-image/${entry.wire.path}`),
        { method: 'POST', headers: asJson, body, maxBytes: maxReplyBytes, repeatable: false },
        call,
      )
      if (!entry.wire.isAsync) return progressFrom(reply, http)
      const { id } = http.taken(started, reply)
      return {
        state: 'pending',
        handle: { id, resultUrl: urlOf(`/v2beta/results/${id}`) },
        pollAfterMs,
        fraction: null,
      }
    },

    async poll(handle, call) {
      const reply = await http.follow(handle.resultUrl ?? '', call, { headers: asJson, maxBytes: maxReplyBytes })
      return reply.status === 202
        ? { state: 'pending', handle, pollAfterMs, fraction: null }
        : progressFrom(reply, http)
    },

    async check(call) {
      const reply = await http.send(urlOf('/v1/user/balance'), { method: 'GET', repeatable: true }, call)
      const { credits } = http.read(balance, reply, false)
      return {
        message: `Connected to ${where}, ${credits.toFixed(2)} credits`,
        // A credit is a cent (its price page, read 2026-11).
        balance: { text: `${credits.toFixed(2)} credits`, micros: Math.floor(credits * 10_000) },
        models: modelsOf(of)
          .filter(({ retired }) => !retired)
          .map(({ id }) => id),
      }
    },
  }
}
