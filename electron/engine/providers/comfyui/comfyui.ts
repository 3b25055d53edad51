import { createHash } from 'node:crypto'
import { z } from 'zod'
import { connectedTo } from '#engine/providers/hosted-models.ts'
import { limitsOf } from '#engine/providers/hosted-settings.ts'
import type { Handle, Provider, ProviderCall, ProviderSession } from '#engine/providers/provider.ts'
import { noSuchModel, sentenceOf, unsupported } from '#engine/providers/refuse-unsupported.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { entryOf, listed, modelOf, modelsOf } from './models.ts'
import { savedBy } from './reply.ts'
import { refuse, wireRequest } from './request.ts'
import { type ComfyServer, openServer } from './session.ts'
import { baseOf, type Settings, settings } from './settings.ts'

const accepted = z.object({ prompt_id: z.string() })

/**
 * ComfyUI on one's own machine: a person's own workflows, or a checkpoint with the built-in one. The id of a request is
 * made from what it asks, so a lost reply is looked up exactly in the server's queue and history, as long as it runs.
 */
export const comfyui: Provider = {
  id: 'comfyui',
  label: 'ComfyUI',
  about: 'Your own ComfyUI workflows, or any checkpoint with a plain one, on your own machine.',
  settings,
  keyVariables: ['COMFYUI_API_KEY'],
  settingVariables: { baseUrl: 'COMFYUI_BASE_URL' },
  isOwnServer: true,
  behind: (model, given) => {
    const own = settings.parse(given).workflows[model]
    return own ? createHash('sha256').update(JSON.stringify(own)).digest('hex').slice(0, 16) : null
  },
  keyOptional: true,
  anyModel: true,
  lostReply: 'find',
  models: (given) => listed(settings.parse(given)),
  model: (id, given) => modelOf(id, settings.parse(given)),
  checker(id, given) {
    const entry = entryOf(id, settings.parse(given))
    return entry
      ? sentenceOf((request) => refuse(request, entry))
      : noSuchModel(`“${id}” is neither a workflow nor a checkpoint.`)
  },
  origin: (given) => baseOf(settings.parse(given))?.origin ?? null,
  isConfigured: (given) => baseOf(settings.parse(given)) !== null,
  limits: (given) => limitsOf(settings.parse(given)),
  open(given, io) {
    const of = settings.parse(given)
    return openSession(of, openServer(of, io), io.key)
  },
}

function openSession(of: Settings, server: ComfyServer, key: () => string | null): ProviderSession {
  const { where, http } = server
  const pollAfterMs = of.pollSeconds * 1000
  const pending = (handle: Handle) => ({ state: 'pending' as const, handle, pollAfterMs, fraction: null })
  /** Stopped here: one that was still waiting leaves no trace in the server. */
  const stopped = new Set<string>()

  const plan = (request: GenerationRequest) => {
    const entry = entryOf(request.model, of)
    if (!entry) throw unsupported(`“${request.model}” is neither a workflow nor a checkpoint.`)
    const wire = wireRequest(request, entry)
    const handle = (promptId: string): Handle => ({
      promptId,
      output: entry.workflow.nodes.output ?? '',
      seed: wire.seed === null ? '' : String(wire.seed),
    })
    return { wire, handle }
  }

  return {
    async submit(request, call) {
      const { wire, handle } = plan(request)
      if (wire.upload !== null && request.source)
        await server.upload(wire.upload, await call.input(request.source.sha256), call)
      const body = { prompt: wire.graph, prompt_id: wire.promptId, client_id: 'proofsheet' }
      const reply = await server.post('/prompt', body, call, false)
      stopped.delete(wire.promptId)
      // Older servers choose the id themselves.
      return pending(handle(http.taken(accepted, reply).prompt_id))
    },

    async poll(handle, call) {
      const id = server.idOf(handle)
      const there = await server.locate(id, call)
      if (there === null) {
        if (stopped.has(id)) throw new AppError('canceled', `${where} dropped this picture.`, { billed: false })
        const sentence = `${where} does not know this picture any more: it was started again, or its queue was cleared. Retry.`
        throw new AppError('bad-response', sentence, { billed: false })
      }
      if (there.in !== 'history') return pending(handle)
      const queries = savedBy(there.ended, handle, where, key())
      const seed = handle.seed ? Number(handle.seed) : null
      const pictures = await Promise.all(queries.map((query) => server.picture(query, call)))
      return { state: 'done', outputs: pictures.map((bytes) => ({ kind: 'bytes', bytes, seed })), settled: null }
    },

    async cancel(handle, call) {
      const id = server.idOf(handle)
      await server.cancel(id, call)
      stopped.add(id)
    },

    /** Exact, by the request's own id; an earlier run of the same request, from before `sinceMs`, is not it. */
    async find(request, sinceMs, call) {
      const { wire, handle } = plan(request)
      const there = await server.locate(wire.promptId, call)
      if (!there || (there.sinceMs !== null && there.sinceMs < sinceMs)) return null
      return pending(handle(wire.promptId))
    },

    async check(call) {
      await server.greet(call)
      const models = (await live(call)).map(({ id }) => id)
      return { message: connectedTo(where, models), models }
    },

    catalogue: (call) => live(call),
  }

  /** The person's workflows, and the checkpoints that the server has now. */
  async function live(call: ProviderCall) {
    return modelsOf(await server.checkpoints(call), of)
  }
}
