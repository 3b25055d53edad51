import { z } from 'zod'
import { parseJson, quoteWords, withReply } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri } from '#engine/providers/picture-input.ts'
import type { Handle, Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const problem = z.object({ title: z.string().nullish().catch(null), detail: z.string().nullish().catch(null) })

/** Problems are `{title, detail, status}`; a 429 names its seconds in `retry_after` (Replicate's API document, 2026-04). */
export function complaintOf(reply: ProviderReply): Complaint {
  const parsed = problem.safeParse(parseJson(reply.bytes))
  return { message: parsed.success ? (parsed.data.detail ?? parsed.data.title ?? null) : null }
}

export const prediction = z.object({
  id: z.string().min(1),
  model: z.string().nullish().catch(null),
  version: z.string().nullish().catch(null),
  status: z.enum(['starting', 'processing', 'succeeded', 'failed', 'canceled', 'aborted']),
  input: z.record(z.string(), z.unknown()).nullish().catch(null),
  output: z.unknown().optional(),
  error: z.unknown().optional(),
  data_removed: z.boolean().nullish().catch(null),
  urls: z.object({ get: z.url(), cancel: z.url() }),
})
export type Prediction = z.infer<typeof prediction>

export const handleOf = ({ id, urls }: Prediction): Handle => ({ id, getUrl: urls.get, cancelUrl: urls.cancel })

/** How models say that they will not draw something; free text (E005 and its sentence, read 2026-11). */
const refused = /E005|flagged as sensitive|NSFW content/i

/** An address, a list of them, or an object that holds some: whatever the model gives. */
function addressesIn(output: unknown, depth = 0): string[] {
  if (typeof output === 'string') return /^(https?:|data:)/i.test(output) ? [output] : []
  if (typeof output !== 'object' || output === null || depth > 3) return []
  return Object.values(output).flatMap((one) => addressesIn(one, depth + 1))
}

/** Where a prediction stands. Replicate names no cost; what failed may have been charged, by the second. */
export function progressFrom(reply: ProviderReply, said: Prediction, http: HttpSession, pollAfterMs: number): Progress {
  const fail = (sentence: string, billed: boolean | null): AppError =>
    new AppError('bad-response', sentence, { billed, cause: withReply(reply) })
  const words = typeof said.error === 'string' ? said.error : ''
  switch (said.status) {
    case 'starting':
    case 'processing': {
      return { state: 'pending', handle: handleOf(said), pollAfterMs, fraction: null }
    }
    case 'canceled':
      throw new AppError('canceled', 'Replicate says that this prediction was canceled.', { cause: withReply(reply) })
    case 'aborted':
      throw new AppError('model-failed', 'Replicate ended this prediction before it began. Retry it.', {
        billed: false,
        cause: withReply(reply),
      })
    case 'failed':
      if (refused.test(words)) throw http.refusal(words, reply, null)
      throw fail(`The model failed at Replicate: “${quoteWords(words, null)}” Change the request, or retry it.`, null)
  }
  const seed = said.input?.seed
  const outputs = addressesIn(said.output).map((url): Output => {
    const bytes = bytesOfDataUri(url)
    const known = typeof seed === 'number' && Number.isSafeInteger(seed) ? seed : null
    return bytes ? { kind: 'bytes', bytes, seed: known } : { kind: 'url', url, seed: known }
  })
  if (outputs.length > 0) return { state: 'done', outputs, settled: null }
  throw said.data_removed
    ? fail('Replicate keeps pictures for an hour, and that is over: it was made and charged, and is gone.', true)
    : fail('Replicate sent an answer without a picture. It may have been charged; look at the saved answer.', true)
}
