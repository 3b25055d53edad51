import { z } from 'zod'
import { withChanges } from '#engine/providers/catalogue.ts'
import { priceOf } from '#engine/providers/catalogue-price.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import type { Provider, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { entryOf, listed, modelOf } from './models.ts'
import { complaintOf, handleFrom, progressFrom } from './reply.ts'
import { bodyFor, refuse } from './request.ts'
import { baseOf, regionsOf, type Settings, settings } from './settings.ts'

const account = z.object({ credits: z.number() })

/**
 * Black Forest Labs directly (its API document of 2026-05 and its skills repository, 2026-02). A task is followed at the
 * address it came with, stored as it is; its picture can be fetched for ten minutes. No list, no cancel, no idempotency key.
 */
export const bfl: Provider = {
  id: 'bfl',
  label: 'Black Forest Labs',
  about: 'The FLUX models from those who make them, with prices by the megapixel.',
  settings,
  keyVariables: ['BFL_API_KEY'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'ask',
  usual: {
    draft: { model: 'flux-2-klein-4b', quality: null },
    final: { model: 'flux-2-pro', quality: null },
  },
  models: () => listed,
  model: modelOf,
  price(request) {
    const entry = entryOf(request.model)
    return entry ? priceOf(entry, request) : null
  },
  checker(id, _given, changes) {
    const entry = withChanges(entryOf(id), changes)
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model of BFL.`)
  },
  pictureLimits: (_id, given) => ({ maxBytes: settings.parse(given).pictureMegabytes * 1_000_000 }),
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  moreOrigins: (given) => regionsOf(settings.parse(given)),
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'Black Forest Labs')
  const pollAfterMs = of.pollSeconds * 1000
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ 'x-key': key }),
    complaintOf,
  })
  return {
    async submit(request, call) {
      const entry = withChanges(entryOf(request.model), io.changes?.(request.model) ?? null)
      if (!entry) throw unsupported(`“${request.model}” is not a model of BFL.`)
      const body = JSON.stringify(await bodyFor(request, entry, call, of.pictureMegabytes * 1_000_000))
      const headers = { 'content-type': 'application/json' }
      const reply = await http.send(
        urlOf(`/v1/${entry.id}`),
        { method: 'POST', headers, body, repeatable: false },
        call,
      )
      return { state: 'pending', handle: handleFrom(reply, http, io.now()), pollAfterMs, fraction: null }
    },

    async poll(handle, call) {
      const reply = await http.follow(handle.pollingUrl ?? '', call)
      return progressFrom(reply, handle, http, {
        nowMs: io.now(),
        pollAfterMs,
        unknownForMs: of.unknownForSeconds * 1000,
      })
    },

    async check(call) {
      const reply = await http.send(urlOf('/v1/credits'), { method: 'GET', repeatable: true }, call)
      const { credits } = http.read(account, reply, false)
      // A credit is a cent (its price page, read 2026-11).
      const balance = { text: `${credits} credits`, micros: Math.floor(credits * 10_000) }
      return { message: `Connected to ${where}, ${credits} credits`, models: [], balance }
    },
  }
}
