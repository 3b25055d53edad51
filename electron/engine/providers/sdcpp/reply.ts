import { z } from 'zod'
import { quoteWords, complaintOf as usualComplaintOf } from '#engine/network/network.ts'
import type { Complaint } from '#engine/providers/http-session.ts'
import type { Output, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

/** `{error: "text"}`, also with a `message`. It names no time when its queue is full, nor counts an ended job as stopped. */
export function complaintOf(reply: ProviderReply): Complaint {
  const { message } = usualComplaintOf(reply)
  const ended = { code: 'conflict', sentence: 'has already ended this picture.' } as const
  return { message, waitMs: 5_000, ...(reply.status === 409 ? { meaning: ended } : {}) }
}

export const job = z.object({
  id: z.string(),
  status: z.enum(['queued', 'generating', 'completed', 'failed', 'cancelled']),
  result: z
    .object({ images: z.array(z.object({ b64_json: z.string().catch('') })).catch([]) })
    .nullish()
    .catch(null),
  error: z
    .object({ code: z.string().catch(''), message: z.string().catch('') })
    .nullish()
    .catch(null),
})

/** The pictures of an ended job; null while it goes on. Throws where it failed, was stopped, or made none. */
export function picturesOf(
  of: z.infer<typeof job>,
  { where, key, seed }: { readonly where: string; readonly key: string | null; readonly seed: number | null },
): Output[] | null {
  if (of.status === 'queued' || of.status === 'generating') return null
  if (of.status === 'cancelled') throw new AppError('canceled', `${where} stopped this picture.`, { billed: false })
  if (of.status === 'failed') {
    const words = of.error?.message || of.error?.code || ''
    const said = words === '' ? '.' : `: “${quoteWords(words, key)}”`
    const sentence = `${where} could not make this picture${said} Change the request, or look at the server’s log.`
    throw new AppError('bad-response', sentence, { billed: false })
  }
  const outputs = (of.result?.images ?? []).flatMap(({ b64_json: text }): Output[] => {
    const bytes = Buffer.from(text, 'base64')
    return bytes.length > 0 ? [{ kind: 'bytes', bytes, seed }] : []
  })
  if (outputs.length > 0) return outputs
  const sentence = `${where} sent an answer without a picture. Look at the server’s log, then retry.`
  throw new AppError('bad-response', sentence, { billed: false })
}
