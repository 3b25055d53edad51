import { isDeepStrictEqual } from 'node:util'
import { replyOf } from '#engine/network/network.ts'
import { withChanges } from '#engine/providers/catalogue.ts'
import { priceOf } from '#engine/providers/catalogue-price.ts'
import { hrefOf, limitsOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import { fitInput } from '#engine/providers/live-input.ts'
import type { LiveInput } from '#engine/providers/live-schema.ts'
import { dataUri, inputPictures } from '#engine/providers/picture-input.ts'
import type {
  Handle,
  Progress,
  Provider,
  ProviderCall,
  ProviderIo,
  ProviderSession,
} from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { openHooks } from './hook.ts'
import { entryOf, listed, typedModel } from './models.ts'
import { balance, liveInput, liveModels, livePrices, sentRequests } from './platform.ts'
import { complaintOf, errorTypeOf, handleFrom, progressFrom, status } from './reply.ts'
import { refuse, type WireRequest, wireRequest } from './request.ts'
import { hookKeysOf, platformOf, queueOf, type Settings, settings } from './settings.ts'

/**
 * fal.ai through its queue (its documentation and client 1.10.1, read 2026-11). The URLs it answers with are stored as they
 * came. A lost submit is looked up in the platform's list of requests, which names finished ones; whether it shows queued
 * ones is not known, so a look-up may come too early and is then asked again.
 */
export const fal: Provider = {
  id: 'fal',
  label: 'fal.ai',
  about: 'Hundreds of image models behind one key: FLUX, Recraft, Nano Banana, upscalers, background removal.',
  settings,
  keyVariables: ['FAL_KEY'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'find',
  usual: {
    draft: { model: 'fal-ai/flux/schnell', quality: null },
    final: { model: 'fal-ai/flux-2-pro', quality: null },
  },
  models: () => listed,
  model: (id) => listed.find((model) => model.id === id) ?? typedModel(id),
  price(request) {
    const entry = entryOf(request.model)
    return entry ? priceOf(entry, request) : null
  },
  checker(id, _given, changes) {
    const entry = withChanges(entryOf(id), changes)
    if (entry) return sentenceOf((request) => refuse(request, entry))
    // What any other endpoint takes is read from its own schema before something is sent.
    return typedModel(id) ? () => null : noSuchModel(`“${id}” is not the id of an endpoint at fal.ai.`)
  },
  pictureLimits: (_id, given) => ({ maxBytes: settings.parse(given).pictureMegabytes * 1_000_000 }),
  origin: (given) => queueOf(settings.parse(given))?.origin ?? null,
  moreOrigins: (given) => [platformOf(settings.parse(given))?.origin ?? []].flat(),
  hookOrigins: (given) => [hookKeysOf(settings.parse(given))?.origin ?? []].flat(),
  isConfigured: (given) => queueOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const queue = queueOf(of)
  const platform = platformOf(of)
  const http = openHttpSession(io, {
    where: queue?.origin ?? 'fal.ai',
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Key ${key}` }),
    complaintOf,
  })
  const maxPictureBytes = of.pictureMegabytes * 1_000_000
  const known = new Map<string, LiveInput>()
  const hookKeys = hookKeysOf(of)
  const hookQuery = io.hookUrl && hookKeys ? `?${new URLSearchParams({ fal_webhook: io.hookUrl })}` : ''

  const address = (url: URL | null, what: string): string => {
    if (url) return hrefOf(url)
    const sentence = `There is no address for fal’s ${what}. Enter it under Settings, Providers, fal.ai.`
    throw new AppError('invalid-input', sentence, { billed: false })
  }

  async function wireFor(request: GenerationRequest, call: ProviderCall): Promise<WireRequest> {
    const entry = withChanges(entryOf(request.model), io.changes?.(request.model) ?? null)
    if (entry) return wireRequest(request, entry, call, maxPictureBytes)
    if (!typedModel(request.model)) throw unsupported(`“${request.model}” is not the id of an endpoint at fal.ai.`)
    const live = known.get(request.model) ?? (await liveInput(http, address(platform, 'platform'), request.model, call))
    known.set(request.model, live)
    const pictures = (await inputPictures(request, call, maxPictureBytes)).map(dataUri)
    return { endpoint: request.model, input: fitInput(request, live, pictures) }
  }

  const pending = (handle: Handle): Progress => ({
    state: 'pending',
    handle,
    pollAfterMs: of.pollSeconds * 1000,
    fraction: null,
  })

  /** The model's own failure comes as the status of its result. A 5xx is not charged (fal's documentation, 2026-11). */
  async function fetchResult(handle: Handle, saidType: string | null, call: ProviderCall): Promise<Progress> {
    try {
      return progressFrom(await http.follow(handle.responseUrl ?? '', call), http)
    } catch (error) {
      const reply = replyOf(error)
      const type = (reply && errorTypeOf(reply)) ?? saidType
      if (!reply || type === null || errorCodeOf(error) !== 'provider-unavailable') throw error
      if (/cancel/i.test(type)) throw new AppError('canceled', 'fal.ai says that this request was canceled.')
      throw new AppError('model-failed', `The model failed at fal.ai (${type}); it was not charged. Retry it.`, {
        billed: false,
        cause: error,
      })
    }
  }

  return {
    async submit(request, call) {
      const base = address(queue, 'queue')
      const { endpoint, input } = await wireFor(request, call)
      const reply = await http.send(
        `${base}/${endpoint}${hookQuery}`,
        {
          method: 'POST',
          headers: {
            'content-type': 'application/json',
            ...(of.priority === 'low' ? { 'x-fal-queue-priority': 'low' } : {}),
          },
          body: JSON.stringify(input),
          repeatable: false,
        },
        call,
      )
      return pending(handleFrom(reply, http))
    },

    async poll(handle, call) {
      const reply = await http.follow(handle.statusUrl ?? '', call)
      const said = http.read(status, reply, null)
      return said.status === 'COMPLETED' ? fetchResult(handle, said.error_type ?? null, call) : pending(handle)
    },

    /** What already runs may still finish and be charged; of what has ended (400, 404) the next poll tells. */
    async cancel(handle, call) {
      try {
        await http.send(handle.cancelUrl ?? '', { method: 'PUT', repeatable: true }, call)
      } catch (error) {
        if (![400, 404].includes(replyOf(error)?.status ?? 0)) throw error
      }
    },

    async find(request, sinceMs, call) {
      if (!platform) return null
      const { endpoint, input } = await wireFor(request, call)
      const sent: unknown = JSON.parse(JSON.stringify(input))
      for await (const item of sentRequests(http, hrefOf(platform), endpoint, sinceMs, call)) {
        if (!isDeepStrictEqual(item.json_input, sent)) continue
        // Status and result leave out all of the path but owner and name (client 1.10.1).
        const parts = endpoint.split('/')
        const app = parts.slice(0, /^(workflows|comfy)$/.test(parts[0] ?? '') ? 3 : 2).join('/')
        const url = `${address(queue, 'queue')}/${app}/requests/${item.request_id}`
        return pending({
          requestId: item.request_id,
          statusUrl: `${url}/status`,
          responseUrl: url,
          cancelUrl: `${url}/cancel`,
        })
      }
      return null
    },

    ...(hookKeys ? { hook: openHooks(io, hookKeys) } : {}),

    async check(call) {
      const base = address(platform, 'platform')
      await livePrices(http, base, ['fal-ai/flux/schnell'], call)
      const credit = await balance(http, base, call)
      const { origin } = new URL(address(queue, 'queue'))
      const message = `Connected to ${origin}${credit ? `, ${credit.text} of credit` : ''}`
      return { message, models: [], ...(credit ? { name: credit.name, balance: credit } : {}) }
    },

    catalogue: (call) => liveModels(http, address(platform, 'platform'), io.now(), call),
  }
}
