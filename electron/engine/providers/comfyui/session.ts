import { z } from 'zod'
import { placeOf } from '#engine/providers/hosted-settings.ts'
import { maxReplyBytes, openHttpSession } from '#engine/providers/http-session.ts'
import { ownServerHeaders } from '#engine/providers/own-server.ts'
import { pictureType } from '#engine/providers/picture-input.ts'
import type { Handle, ProviderCall, ProviderIo } from '#engine/providers/provider.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import { complaintOf, type Ended, history, queue, queuedMs, startedMs } from './reply.ts'
import type { Settings } from './settings.ts'

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/
const uploaded = z.object({ name: z.string(), subfolder: z.string().catch('') })

/** Where a prompt is: waiting, being worked on, or ended; null where the server does not know it (any more). */
type Whereabouts =
  | { readonly in: 'pending' | 'running'; readonly sinceMs: number | null }
  | { readonly in: 'history'; readonly ended: Ended; readonly sinceMs: number | null }

export type ComfyServer = ReturnType<typeof openServer>

/** The calls of one ComfyUI server (server.py and execution.py in Comfy-Org/ComfyUI, read 2026-11). */
export function openServer(of: Settings, io: ProviderIo) {
  const { where, urlOf } = placeOf(of, 'ComfyUI')
  const http = openHttpSession(io, {
    where,
    timeoutMs: of.timeoutSeconds * 1000,
    headers: ownServerHeaders,
    complaintOf,
  })
  const post = (path: string, body: unknown, call: ProviderCall, repeatable: boolean) => {
    const headers = { 'content-type': 'application/json' }
    return http.send(urlOf(path), { method: 'POST', headers, body: JSON.stringify(body), repeatable }, call)
  }
  const read = async <Wire extends z.ZodType>(path: string, wire: Wire, call: ProviderCall): Promise<z.infer<Wire>> =>
    http.read(wire, await http.follow(urlOf(path), call), false)

  /** Throws for an id that is none: it would go into an address. */
  const idOf = (handle: Handle): string => {
    if (uuid.test(handle.promptId ?? '')) return handle.promptId ?? ''
    throw new AppError('bad-response', 'The stored id of this picture is not one of ComfyUI’s.', { billed: false })
  }

  /** The queue first: what leaves it is in the history from that moment on, and an older run of the same id as well. */
  const locate = async (id: string, call: ProviderCall): Promise<Whereabouts | null> => {
    const { queue_running: running, queue_pending: pending } = await read('/queue', queue, call)
    for (const [place, items] of [['running', running] as const, ['pending', pending] as const]) {
      const item = items.find((one) => one[1] === id)
      if (item) return { in: place, sinceMs: queuedMs(item) }
    }
    const ended = (await read(`/history/${id}`, history, call))[id]
    return ended ? { in: 'history', ended, sinceMs: startedMs(ended) } : null
  }

  return {
    where,
    http,
    post,
    idOf,
    locate,

    async upload(name: string, bytes: Uint8Array, call: ProviderCall): Promise<void> {
      const form = new FormData()
      form.append('image', new File([new Uint8Array(bytes)], name, { type: `image/${pictureType(bytes)}` }))
      form.append('type', 'input')
      form.append('overwrite', 'true')
      const sent = { method: 'POST', body: form, repeatable: true } as const
      const there = http.read(uploaded, await http.send(urlOf('/upload/image'), sent, call), false)
      if (there.name === name && there.subfolder === '') return
      throw new AppError('bad-response', `${where} stored the picture under another name.`, { billed: false })
    },

    async picture(query: string, call: ProviderCall): Promise<Uint8Array> {
      const { bytes } = await http.follow(urlOf(`/view?${query}`), call, { maxBytes: maxReplyBytes, isPicture: true })
      return bytes
    },

    /** The jobs API knows waiting and running alike; older servers have a queue to delete from, and one `interrupt`. */
    async cancel(id: string, call: ProviderCall): Promise<void> {
      try {
        await http.send(urlOf(`/api/jobs/${id}/cancel`), { method: 'POST', repeatable: true }, call)
      } catch (error) {
        if (errorCodeOf(error) !== 'not-found') throw error
        const there = await locate(id, call)
        if (there?.in === 'pending') await post('/queue', { delete: [id] }, call, true)
        if (there?.in === 'running') await post('/interrupt', { prompt_id: id }, call, true)
      }
    },

    /** Whether it is ComfyUI that answers there, and takes the key. */
    async greet(call: ProviderCall): Promise<void> {
      const reply = await http.send(urlOf('/system_stats'), { method: 'GET', repeatable: true }, call)
      http.read(z.looseObject({ system: z.unknown() }), reply, false)
    },

    /** Empty for servers that have no such list. */
    async checkpoints(call: ProviderCall): Promise<string[]> {
      try {
        const sent = { method: 'GET', repeatable: true } as const
        return http.read(z.array(z.string()), await http.send(urlOf('/models/checkpoints'), sent, call), false)
      } catch (error) {
        if (errorCodeOf(error) === 'not-found') return []
        throw error
      }
    },
  }
}
