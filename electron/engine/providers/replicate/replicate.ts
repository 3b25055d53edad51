import { isDeepStrictEqual } from 'node:util'
import { z } from 'zod'
import { replyOf } from '#engine/network/network.ts'
import { withChanges } from '#engine/providers/catalogue.ts'
import { priceOf } from '#engine/providers/catalogue-price.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { openHttpSession } from '#engine/providers/http-session.ts'
import { fitInput } from '#engine/providers/live-input.ts'
import { dataUri, inputPictures } from '#engine/providers/picture-input.ts'
import type { Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported, withoutSourceSize } from '#engine/providers/refuse-unsupported.ts'
import { errorCodeOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { openHooks } from './hook.ts'
import { type LiveModel, liveModel } from './live-model.ts'
import { entries, entryOf, listed, nameFrom, typedModel } from './models.ts'
import { complaintOf, handleOf, type Prediction, prediction, progressFrom } from './reply.ts'
import { type Input, inputFor, refuse } from './request.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const get = { method: 'GET', repeatable: true } as const
const account = z.object({ username: z.string() })
const page = z.object({ results: z.array(z.unknown()), next: z.string().nullish() })

/**
 * Replicate's predictions (its API document of 2026-04 and client 1.4.0). A lost submit is looked up in the list of
 * predictions by its input. What a prediction gave is removed an hour after it ended.
 */
export const replicate: Provider = {
  id: 'replicate',
  label: 'Replicate',
  about: 'Thousands of models run by the second or by the picture: FLUX, upscalers, background removal, your own.',
  settings,
  keyVariables: ['REPLICATE_API_TOKEN'],
  keyOptional: false,
  anyModel: true,
  lostReply: 'find',
  usual: {
    draft: { model: 'black-forest-labs/flux-schnell', quality: null },
    final: { model: 'black-forest-labs/flux-1.1-pro', quality: null },
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
    // What any other model takes is read from its own schema before something is sent.
    return nameFrom(id)
      ? () => null
      : noSuchModel(`“${id}” is not a model at Replicate: write owner/name, or owner/name:version.`)
  },
  pictureLimits: (_id, given) => ({ maxBytes: settings.parse(given).pictureMegabytes * 1_000_000 }),
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'Replicate')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: (key) => ({ authorization: `Bearer ${key}` }),
    complaintOf,
  })
  const pollAfterMs = of.pollSeconds * 1000
  const known = new Map<string, LiveModel>()
  const hookFields = io.hookUrl ? { webhook: io.hookUrl, webhook_events_filter: ['completed'] } : {}

  /** Where a request goes and what it says; nothing is paid by finding out. */
  async function wireFor(
    request: GenerationRequest,
    call: ProviderCall,
  ): Promise<{ path: string; body: { version?: string; input: Input } }> {
    const entry = withChanges(entryOf(request.model), io.changes?.(request.model) ?? null)
    const name = nameFrom(request.model)
    if (!name)
      throw unsupported(`“${request.model}” is not a model at Replicate: write owner/name, or owner/name:version.`)
    const sized = withoutSourceSize(request)
    if (entry) refuse(request, entry)
    const byName = `/models/${name.owner}/${name.name}/predictions`
    const encode = async (): Promise<string[]> =>
      (await inputPictures(request, call, of.pictureMegabytes * 1_000_000)).map(dataUri)
    if (entry && !entry.wire.live) return { path: byName, body: { input: inputFor(sized, entry, await encode()) } }
    const isOfficial = entry?.wire.official ?? false
    const live = known.get(request.model) ?? (await liveModel(http, urlOf(''), name, isOfficial, call))
    known.set(request.model, live)
    // A cutout is transparent by itself: no model has a field for it.
    const { transparent: _, ...options } = request.options
    const wish = entry?.takesTransparent ? { ...request, options } : request
    const input = fitInput(wish, live.input, await encode())
    return live.version === null
      ? { path: byName, body: { input } }
      : { path: '/predictions', body: { version: live.version, input } }
  }

  return {
    async submit(request, call) {
      const { path, body } = await wireFor(request, call)
      const reply = await http.send(
        urlOf(path),
        {
          method: 'POST',
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ ...body, ...hookFields }),
          repeatable: false,
        },
        call,
      )
      return progressFrom(reply, http.taken(prediction, reply), http, pollAfterMs)
    },

    async poll(handle, call) {
      const reply = await http.follow(handle.getUrl ?? '', call)
      return progressFrom(reply, http.read(prediction, reply, null), http, pollAfterMs)
    },

    /** One that has ended stays as it is. */
    async cancel(handle, call) {
      try {
        await http.send(handle.cancelUrl ?? '', { method: 'POST', repeatable: true }, call)
      } catch (error) {
        if (replyOf(error)?.status !== 404) throw error
      }
    },

    async find(request, sinceMs, call) {
      const { body } = await wireFor(request, call)
      const sent: unknown = JSON.parse(JSON.stringify(body.input))
      const name = nameFrom(request.model)
      const isMine = (one: Prediction): boolean =>
        one.model === `${name?.owner}/${name?.name}` && holds(one.input ?? {}, sent)
      let next: string | null = urlOf(`/predictions?created_after=${new Date(sinceMs).toISOString()}`)
      for (let pages = 0; next !== null && pages < 10; pages++) {
        const reply = await http.send(next, get, call)
        const said: z.infer<typeof page> = http.read(page, reply, null)
        const found = said.results
          .map((one) => prediction.safeParse(one))
          .find((one) => one.success && isMine(one.data))
        // Its next poll tells what became of it, also where it failed.
        if (found?.data) return { state: 'pending', handle: handleOf(found.data), pollAfterMs: 0, fraction: null }
        next = said.next ?? null
      }
      return null
    },

    hook: openHooks(http, () => urlOf('/webhooks/default/secret')),

    async check(call) {
      const { username } = http.read(account, await http.send(urlOf('/account'), get, call), false)
      return { message: `Connected to ${where} as ${username}`, models: [], name: username }
    },

    /** Which models are still there; prices it does not tell. */
    async catalogue(call) {
      const today = new Date(io.now()).toISOString().slice(0, 10)
      const found = []
      for (const { id } of entries) {
        const model = listed.find((one) => one.id === id)
        const isThere = await http.send(urlOf(`/models/${id}`), get, call).then(
          () => true,
          (error: unknown) => (errorCodeOf(error) === 'not-found' ? false : Promise.reject(error)),
        )
        if (model) found.push(isThere ? model : { ...model, retired: { on: today, successor: null } })
      }
      return found
    },
  }
}

/** Whether an input has all that was sent; the service may have filled in more. */
function holds(input: Readonly<Record<string, unknown>>, sent: unknown): boolean {
  return (
    typeof sent === 'object' &&
    sent !== null &&
    Object.entries(sent).every(([name, value]) => isDeepStrictEqual(input[name], value))
  )
}
