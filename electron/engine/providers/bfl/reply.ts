import { z } from 'zod'
import { parseJson, quoteWords, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri } from '#engine/providers/picture-input.ts'
import type { Cost, Handle, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const errorBody = z.object({
  detail: z
    .union([z.string(), z.array(z.object({ msg: z.string().catch('') }))])
    .nullish()
    .catch(null),
  error: z.string().nullish().catch(null),
  message: z.string().nullish().catch(null),
})

/** Three forms are known: `{detail: "…"}`, `{detail: [{msg}]}` and `{error, message}` (its document and skills, 2026). */
export function complaintOf(reply: ProviderReply): Complaint {
  const parsed = errorBody.safeParse(parseJson(reply.bytes))
  if (!parsed.success) return { message: null }
  const { detail, message, error } = parsed.data
  const words = Array.isArray(detail) ? detail.map(({ msg }) => msg).join('; ') : detail
  return { message: words || message || error || null }
}

const submitted = z.object({
  id: z.string().min(1),
  polling_url: z.url(),
  cost: z.number().nonnegative().nullish().catch(null),
})

/** The cost is named at once, so it is kept with the handle: it is the truth also after a restart. */
export function handleFrom(reply: ProviderReply, http: HttpSession, nowMs: number): Handle {
  const { id, polling_url: pollingUrl, cost } = http.taken(submitted, reply)
  const said: Record<string, string> = cost === null || cost === undefined ? {} : { costCredits: String(cost) }
  return { id, pollingUrl, submittedMs: String(nowMs), ...said }
}

/** A credit is a US cent. */
function costOf(handle: Handle): Cost | null {
  const credits = Number(handle.costCredits ?? Number.NaN)
  return Number.isFinite(credits) ? { micros: Math.ceil(credits * 10_000 - 1e-6), currency: 'USD' } : null
}

const polled = z.object({
  status: z.string(),
  result: z
    .object({ sample: z.string().nullish().catch(null), seed: z.number().nullish().catch(null) })
    .nullish()
    .catch(null),
  progress: z.number().min(0).max(1).nullish().catch(null),
  details: z.record(z.string(), z.unknown()).nullish().catch(null),
})

/** A task may not be known for some seconds after it was taken in (a third-party reading, 2026-11). */
export function progressFrom(
  reply: ProviderReply,
  handle: Handle,
  http: HttpSession,
  at: { readonly nowMs: number; readonly pollAfterMs: number; readonly unknownForMs: number },
): Progress {
  const said = http.read(polled, reply, null)
  const { status, result } = said
  const pending: Progress = { state: 'pending', handle, pollAfterMs: at.pollAfterMs, fraction: said.progress ?? null }
  const fail = (sentence: string, billed: boolean | null): AppError =>
    new AppError('bad-response', sentence, { billed, cause: withReply(reply) })
  if (status === 'Ready') {
    const sample = result?.sample ?? ''
    const seed = typeof result?.seed === 'number' && Number.isSafeInteger(result.seed) ? result.seed : null
    if (sample === '')
      throw fail('BFL says that it is ready, and gives no picture. It was charged; look at the answer.', true)
    const bytes = bytesOfDataUri(sample)
    const output = bytes ? ({ kind: 'bytes', bytes, seed } as const) : ({ kind: 'url', url: sample, seed } as const)
    return { state: 'done', outputs: [output], settled: costOf(handle) }
  }
  if (/moderated/i.test(status)) {
    const reasons = said.details?.['Moderation Reasons']
    throw http.refusal(Array.isArray(reasons) ? reasons.map(String).join(', ') : status, reply, null)
  }
  if (/not found/i.test(status)) {
    if (at.nowMs - Number(handle.submittedMs ?? 0) < at.unknownForMs) return pending
    throw fail('BFL does not know this task any more: its picture is gone, and may have been charged.', null)
  }
  if (/^(error|failed)$/i.test(status)) {
    const words = said.details ? ` It said: “${quoteWords(JSON.stringify(said.details), null)}”` : ''
    throw fail(`The model failed at BFL. Retry it, or change the request.${words}`, null)
  }
  return pending // Pending, Reasoning, Generating, and whatever it may be called next.
}
