import { z } from 'zod'
import { parseJson, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import type { Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const errorBody = z.object({ name: z.string().catch(''), errors: z.array(z.string()).catch([]) })
const lockOutMs = 60_000

/**
 * `{id, name, errors}`. A 403 is a refusal only where its name says so, else it is the key's; a 422 `public_figure` is one,
 * too. A 429 names no time: the lock-out lasts a minute (its API document, 2026-11).
 */
export function complaintOf(reply: ProviderReply): Complaint {
  const parsed = errorBody.safeParse(parseJson(reply.bytes))
  const { name, errors } = parsed.success ? parsed.data : { name: '', errors: [] }
  const message = errors.join(' ') || name || null
  const isRefusal =
    (reply.status === 403 && name === 'content_moderation') || (reply.status === 422 && name === 'public_figure')
  return { message, waitMs: lockOutMs, ...(isRefusal ? { refusal: { billed: false } } : {}) }
}

const made = z.object({
  image: z.string().catch(''),
  finish_reason: z.string().nullish().catch(null),
  seed: z.number().nullish().catch(null),
})
export const started = z.object({ id: z.string().regex(/^[\w-]{8,}$/) })

/** A picture; one that was blurred by the content filter is `withheld` (whether it is charged is not documented). */
export function progressFrom(reply: ProviderReply, http: HttpSession): Progress {
  const said = http.read(made, reply)
  if (said.finish_reason === 'CONTENT_FILTERED') {
    const reason = 'Stability’s content filter blurred this picture'
    return { state: 'done', outputs: [{ kind: 'withheld', reason, billed: null }], settled: null }
  }
  const bytes = Buffer.from(said.image, 'base64')
  if (bytes.length > 0) {
    const seed = typeof said.seed === 'number' && Number.isSafeInteger(said.seed) ? said.seed : null
    return { state: 'done', outputs: [{ kind: 'bytes', bytes, seed }], settled: null }
  }
  const sentence = 'Stability sent an answer without a picture. It may have been charged; look at the saved answer.'
  throw new AppError('bad-response', sentence, { billed: true, cause: withReply(reply) })
}
