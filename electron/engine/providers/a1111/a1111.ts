import { z } from 'zod'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { limitsOf, placeOf } from '#engine/providers/hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '#engine/providers/http-session.ts'
import { ownServerHeaders } from '#engine/providers/own-server.ts'
import type { Provider, ProviderCall, ProviderIo, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { entryOf, idOfUpscaler, listed, modelOf, modelsOf } from './models.ts'
import { complaintOf, progressFrom } from './reply.ts'
import { maxPictureBytes, refuse, wireRequest } from './request.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const checkpoints = z.array(z.object({ title: z.string() }))
const upscalers = z.array(z.object({ name: z.string() }))

/**
 * AUTOMATIC1111's stable-diffusion-webui and Forge on one's own machine (modules/api of the former, 2026-11). It answers
 * with the picture and keeps no list; its `interrupt` would stop anybody's picture, so a stop leaves the server to finish.
 */
export const a1111: Provider = {
  id: 'a1111',
  label: 'AUTOMATIC1111 or Forge',
  about: 'Stable Diffusion web UI on your own machine, started with --api: its checkpoints and upscalers.',
  settings,
  keyVariables: ['A1111_API_AUTH'],
  settingVariables: { baseUrl: 'A1111_BASE_URL' },
  isOwnServer: true,
  keyOptional: true,
  anyModel: true,
  lostReply: 'resend',
  models: (given) => listed(settings.parse(given)),
  model: (id, given) => modelOf(id, settings.parse(given)),
  checker(id, given) {
    const entry = entryOf(id, settings.parse(given))
    return entry
      ? sentenceOf((request) => refuse(request, entry))
      : noSuchModel(`“${id}” is not a checkpoint or upscaler.`)
  },
  pictureLimits: () => ({ maxBytes: maxPictureBytes }),
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open: (given, io) => openSession(settings.parse(given), io),
}

function openSession(of: Settings, io: ProviderIo): ProviderSession {
  const { where, urlOf } = placeOf(of, 'AUTOMATIC1111 or Forge')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: ownServerHeaders,
    complaintOf,
  })
  const read = async <Wire extends z.ZodType>(path: string, wire: Wire, call: ProviderCall): Promise<z.infer<Wire>> =>
    http.read(wire, await http.send(urlOf(path), { method: 'GET', repeatable: true }, call), false)
  /** The model ids that the server has now. */
  const idsThere = async (call: ProviderCall): Promise<string[]> => {
    const titles = await read('/sdapi/v1/sd-models', checkpoints, call)
    const names = await read('/sdapi/v1/upscalers', upscalers, call)
    const ups = names.filter(({ name }) => name !== 'None').map(({ name }) => idOfUpscaler(name))
    return [...titles.map(({ title }) => title), ...ups]
  }
  return {
    async submit(request, call) {
      const entry = entryOf(request.model, of)
      if (!entry) throw unsupported(`“${request.model}” is not a checkpoint or upscaler.`)
      const { path, body } = await wireRequest(request, entry, call, of)
      const headers = { 'content-type': 'application/json' }
      const sent = { method: 'POST', headers, body: JSON.stringify(body), maxBytes: maxReplyBytes } as const
      return progressFrom(await http.send(urlOf(path), { ...sent, repeatable: true }, call), http, request)
    },

    async check(call) {
      const models = await idsThere(call)
      return { message: connectedTo(where, models), models }
    },

    /** The checkpoints and upscalers that the server has now. */
    catalogue: async (call) => modelsOf(await idsThere(call), of),
  }
}
