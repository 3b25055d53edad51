import { z } from 'zod'
import { parseJson, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri } from '#engine/providers/picture-input.ts'
import type { Handle, Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const errorBody = z.object({
  detail: z.union([z.string(), z.array(z.object({ msg: z.string().catch(''), type: z.string().catch('') }))]).catch(''),
  error_type: z.string().nullish().catch(null),
  error: z
    .object({ message: z.string().catch('') })
    .nullish()
    .catch(null),
})

/**
 * `detail` is a text or a list of `{loc, msg, type}`; a refusal is the type `content_policy_violation` (fal's documentation,
 * 2026-11, which also says that a 422 may be charged).
 */
export function complaintOf(reply: ProviderReply): Complaint {
  const parsed = errorBody.safeParse(parseJson(reply.bytes))
  if (!parsed.success) return { message: null }
  const { detail, error } = parsed.data
  if (typeof detail === 'string') return { message: detail || error?.message || null }
  const message = detail.map(({ msg }) => msg).join('; ')
  const isRefusal = detail.some(({ type }) => type === 'content_policy_violation')
  return isRefusal ? { message, refusal: { billed: null } } : { message }
}

/** Its own name for a failure, in a header or in the body: then the model failed, and not what stands before it. */
export function errorTypeOf(reply: ProviderReply): string | null {
  const parsed = errorBody.safeParse(parseJson(reply.bytes))
  const detail = parsed.success && Array.isArray(parsed.data.detail) ? parsed.data.detail[0]?.type : null
  return reply.headers['x-fal-error-type'] ?? (parsed.success ? parsed.data.error_type : null) ?? detail ?? null
}

const submitted = z.object({
  request_id: z.string().min(1),
  response_url: z.url(),
  status_url: z.url(),
  cancel_url: z.url(),
})

/** The URLs are kept as they came: fal leaves out parts of the endpoint's path in them. */
export function handleFrom(reply: ProviderReply, http: HttpSession): Handle {
  const said = http.taken(submitted, reply)
  return {
    requestId: said.request_id,
    statusUrl: said.status_url,
    responseUrl: said.response_url,
    cancelUrl: said.cancel_url,
  }
}

export const status = z.object({
  status: z.enum(['IN_QUEUE', 'IN_PROGRESS', 'COMPLETED']),
  error: z.string().nullish().catch(null),
  error_type: z.string().nullish().catch(null),
})

const file = z.object({ url: z.string().min(1) })
const result = z.object({
  images: z.array(file).nullish(),
  image: z.union([file, z.array(file)]).nullish(),
  seed: z.number().nullish().catch(null),
  has_nsfw_concepts: z.array(z.boolean()).nullish().catch(null),
})

/** What a model gave. A picture that its safety checker blackened is `withheld`. fal names no cost in its replies. */
export function progressFrom(reply: ProviderReply, http: HttpSession): Progress {
  const said = http.read(result, reply)
  const files = said.images ?? [said.image ?? []].flat()
  const seed = said.seed !== null && said.seed !== undefined && Number.isSafeInteger(said.seed) ? said.seed : null
  const outputs = files.map(({ url }, index): Output => {
    if (said.has_nsfw_concepts?.[index]) {
      return { kind: 'withheld', reason: 'fal’s safety checker held this picture back', billed: null }
    }
    const bytes = bytesOfDataUri(url)
    return bytes ? { kind: 'bytes', bytes, seed } : { kind: 'url', url, seed }
  })
  if (outputs.length > 0) return { state: 'done', outputs, settled: null }
  const sentence = 'fal.ai sent an answer without a picture. It may have been charged; look at the saved answer.'
  throw new AppError('bad-response', sentence, { billed: true, cause: withReply(reply) })
}
