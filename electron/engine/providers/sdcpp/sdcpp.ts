import { z } from 'zod'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '#engine/providers/http-session.ts'
import { ownServerHeaders } from '#engine/providers/own-server.ts'
import type { Handle, Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import { entryOf, listed, modelOf, modelsOf, whateverIsLoaded } from './models.ts'
import { complaintOf, job, picturesOf } from './reply.ts'
import { bodyFor, maxPictureBytes, refuse } from './request.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const capabilities = z.object({ model: z.object({ stem: z.string() }).nullish().catch(null) })
const accepted = z.object({ id: z.string().min(1) })

/**
 * stable-diffusion.cpp's `sd-server` by its native jobs (examples/server/api.md, read 2026-11): a queue that can be followed
 * and stopped. It keeps jobs in memory for a while, lists none, and has one model for as long as it runs.
 */
export const sdcpp: Provider = {
  id: 'sdcpp',
  label: 'stable-diffusion.cpp',
  about: 'sd-server of stable-diffusion.cpp on your own machine, with the model it was started with.',
  settings,
  keyVariables: ['SDCPP_API_KEY'],
  settingVariables: { baseUrl: 'SDCPP_BASE_URL' },
  isOwnServer: true,
  keyOptional: true,
  anyModel: true,
  lostReply: 'resend',
  models: (given) => listed(settings.parse(given)),
  model: (id, given) => modelOf(id, settings.parse(given)),
  checker(id, given) {
    const entry = entryOf(id, settings.parse(given))
    return entry ? sentenceOf((request) => refuse(request, entry)) : noSuchModel(`“${id}” is not a model id.`)
  },
  pictureLimits: () => ({ maxBytes: maxPictureBytes }),
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'stable-diffusion.cpp')
  const pollAfterMs = of.pollSeconds * 1000
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: ownServerHeaders,
    complaintOf,
  })
  /** The address of a job. Throws for an id that is none. */
  const jobUrl = ({ id = '' }: Handle): string => {
    if (/^[\w-]+$/.test(id)) return urlOf(`/sdcpp/v1/jobs/${id}`)
    throw new AppError('bad-response', 'The stored id of this picture is not one of the server’s.', { billed: false })
  }
  const loaded = async (call: ProviderCall): Promise<string> => {
    const reply = await http.send(urlOf('/sdcpp/v1/capabilities'), { method: 'GET', repeatable: true }, call)
    return http.read(capabilities, reply, false).model?.stem || whateverIsLoaded
  }
  /** A request names no model there, so what is loaded has to be looked at: a picture of another one is none. */
  const refuseOther = async (asked: string, call: ProviderCall): Promise<void> => {
    if (asked === whateverIsLoaded) return
    const there = await loaded(call)
    if (there === asked || there === whateverIsLoaded) return
    const sentence = `${where} has the model “${there}” loaded, not “${asked}”. Start it with that one, or choose ${there}.`
    throw new AppError('not-found', sentence, { billed: false })
  }

  return {
    async submit(request, call) {
      const entry = entryOf(request.model, of)
      if (!entry) throw unsupported(`“${request.model}” is not a model id.`)
      const body = JSON.stringify(await bodyFor(request, entry, call))
      const headers = { 'content-type': 'application/json' }
      const sent = { method: 'POST', headers, body, repeatable: true } as const
      const { id } = http.taken(accepted, await http.send(urlOf('/sdcpp/v1/img_gen'), sent, call))
      const handle = { id, model: request.model, seed: request.seed === null ? '' : String(request.seed) }
      return { state: 'pending', handle, pollAfterMs, fraction: null }
    },

    async poll(handle, call) {
      const reply = await http.follow(jobUrl(handle), call, { maxBytes: maxReplyBytes })
      const seed = handle.seed ? Number(handle.seed) : null
      const outputs = picturesOf(http.read(job, reply, false), { where, key: io.key(), seed })
      if (outputs === null) return { state: 'pending', handle, pollAfterMs, fraction: null }
      await refuseOther(handle.model ?? whateverIsLoaded, call)
      return { state: 'done', outputs, settled: null }
    },

    async cancel(handle, call) {
      try {
        await http.send(`${jobUrl(handle)}/cancel`, { method: 'POST', repeatable: true }, call)
      } catch (error) {
        // Ended, or forgotten: there is nothing left to stop.
        if (errorCodeOf(error) !== 'conflict' && errorCodeOf(error) !== 'not-found') throw error
      }
    },

    async check(call) {
      const models = [await loaded(call)]
      return { message: connectedTo(where, models), models }
    },

    /** The one model that is loaded now. */
    catalogue: async (call) => modelsOf([await loaded(call)], of),
  }
}
