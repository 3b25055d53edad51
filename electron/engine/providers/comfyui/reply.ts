import { z } from 'zod'
import { parseJson, quoteWords, complaintOf as usualComplaintOf } from '#engine/network/network.ts'
import type { Complaint } from '#engine/providers/http-session.ts'
import type { Handle, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const refused = z.object({
  error: z.object({ message: z.string().catch(''), details: z.string().catch('') }),
  node_errors: z
    .record(
      z.string(),
      z.object({
        class_type: z.string().catch('node'),
        errors: z.array(z.object({ message: z.string().catch(''), details: z.string().catch('') })).catch([]),
      }),
    )
    .catch({}),
})

/** What is wrong with a workflow, with the nodes it is about. */
export function complaintOf(reply: ProviderReply): Complaint {
  const parsed = refused.safeParse(parseJson(reply.bytes))
  if (!parsed.success) return { message: usualComplaintOf(reply).message }
  const { error, node_errors: nodes } = parsed.data
  const inNodes = Object.entries(nodes).flatMap(([id, node]) =>
    node.errors.map(({ message, details }) => `${node.class_type} (node ${id}): ${message} ${details}`.trim()),
  )
  const said = inNodes.length > 0 ? inNodes : [error.details]
  return { message: [error.message, ...said].filter((words) => words !== '').join('; ') }
}

/** Number, prompt id, graph, extra data. */
const queued = z.tuple([z.unknown(), z.string(), z.unknown(), z.looseObject({})]).rest(z.unknown())
export const queue = z.object({ queue_running: z.array(queued), queue_pending: z.array(queued) })

const image = z.object({ filename: z.string(), subfolder: z.string(), type: z.string() })
const ended = z.object({
  outputs: z.record(z.string(), z.object({ images: z.array(image).nullish().catch(null) })).catch({}),
  status: z
    .object({ status_str: z.string().catch(''), messages: z.array(z.unknown()).catch([]) })
    .catch({ status_str: '', messages: [] }),
})
export const history = z.record(z.string(), ended)
export type Ended = z.infer<typeof ended>

const message = z.tuple([z.string(), z.looseObject({ timestamp: z.number().optional().catch(undefined) })])
const messagesOf = (of: Ended): z.infer<typeof message>[] =>
  of.status.messages.flatMap((one) => {
    const parsed = message.safeParse(one)
    return parsed.success ? [parsed.data] : []
  })

/** When it began by the server's clock, ms since 1970; null where it does not say. */
export const startedMs = (of: Ended): number | null => messagesOf(of)[0]?.[1].timestamp ?? null

/** When a queued one was sent, by the server's clock; null where it does not say. */
export const queuedMs = ([, , , { create_time: at }]: z.infer<typeof queued>): number | null =>
  typeof at === 'number' ? at : null

const failure = z.object({
  node_id: z.string().catch('?'),
  node_type: z.string().catch('node'),
  exception_message: z.string().catch(''),
})
const isSafe = ({ filename, subfolder }: z.infer<typeof image>): boolean =>
  filename !== '' && !/[\\/\0]|^\.\.?$/.test(filename) && !/\0|(^|[\\/])\.\.([\\/]|$)|^[\\/]/.test(subfolder)

/** The queries of `/view` for the pictures that it saved. Throws where it failed, was stopped, or saved none. */
export function savedBy(of: Ended, handle: Handle, where: string, key: string | null): string[] {
  const messages = messagesOf(of)
  if (messages.some(([name]) => name === 'execution_interrupted'))
    throw new AppError('canceled', `${where} was told to stop this picture.`, { billed: false })
  if (of.status.status_str === 'error') {
    const data = failure.parse(messages.find(([name]) => name === 'execution_error')?.[1] ?? {})
    const said = data.exception_message ? `: “${quoteWords(data.exception_message, key)}”` : '.'
    const sentence = `${where} failed in ${data.node_type} (node ${data.node_id})${said} Change the workflow or the request, then retry.`
    throw new AppError('bad-response', sentence, { billed: false })
  }
  const nodes = handle.output ? [of.outputs[handle.output]] : Object.values(of.outputs)
  const images = nodes.flatMap((node) => node?.images ?? []).filter(({ type }) => type === 'output')
  if (images.length === 0 || !images.every(isSafe)) {
    const sentence = `${where} finished without a saved picture. The workflow has to end in a node that saves, such as SaveImage; name it as its output.`
    throw new AppError('bad-response', sentence, { billed: false })
  }
  return images.map(({ filename, subfolder, type }) => new URLSearchParams({ filename, subfolder, type }).toString())
}
