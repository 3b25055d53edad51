import { z } from 'zod'
import { complaintOf as complaintIn } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri, pictureIn } from '#engine/providers/picture-input.ts'
import type { Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import type { OpenAiEntry } from './models.ts'
import { costOf, type Usage } from './price.ts'

/** Codes and types by which a prompt or its picture is refused (OpenAI's documents and SDK 7.55.0, 2026-11). */
const refusals = /moderation_blocked|content_policy_violation|content_filter|safety_violation/i

/** `{error: {message, type, code}}`. A refusal comes with a 400 and is not charged. */
export function complaintOf(reply: ProviderReply): Complaint {
  const { message, code, type } = complaintIn(reply)
  return refusals.test(`${code} ${type}`) ? { message, refusal: { billed: false } } : { message }
}

const count = z.int().nonnegative()
const usage = z.object({
  input_tokens: count,
  output_tokens: count,
  input_tokens_details: z.object({ text_tokens: count, image_tokens: count }).nullish().catch(null),
})
const wire = z.object({
  data: z.array(z.object({ b64_json: z.string().nullish(), url: z.string().nullish() })).nullish(),
  error: z.unknown().optional(),
  usage: usage.nullish().catch(null),
})

/** Reads a 2xx. Without a usable picture it throws `bad-response` (charged: it is a 2xx) or `content-policy`. */
export function progressFrom(reply: ProviderReply, http: HttpSession, entry: OpenAiEntry): Progress {
  const said = http.read(wire, reply)
  const outputs = (said.data ?? []).flatMap(({ b64_json, url }): Output[] => {
    if (b64_json) return [{ kind: 'bytes', bytes: pictureIn(reply, b64_json), seed: null }]
    const inline = url ? (reply.pictures?.get(url) ?? bytesOfDataUri(url)) : null
    if (inline) return [{ kind: 'bytes', bytes: inline, seed: null }]
    return url && URL.canParse(url) ? [{ kind: 'url', url, seed: null }] : []
  })
  const done = () =>
    ({ state: 'done', outputs, settled: costOf(entry, said.usage ? usageFrom(said.usage) : null) }) as const
  // Complaints are looked for in the whole answer, megabytes of it: not where the picture is there and nothing is said.
  if (outputs.length > 0 && !said.error) return done()
  const { message, refusal } = complaintOf(reply)
  if (refusal) throw http.refusal(message ?? '', reply, null)
  if (outputs.length === 0) {
    throw said.error
      ? http.unusable('reported an error in its answer', message ?? '', reply)
      : http.unusable('sent an answer without a picture', '', reply)
  }
  return done()
}

/** Where the answer does not tell words and pictures apart, all that went in counts as pictures, the dearer of the two. */
function usageFrom(said: z.infer<typeof usage>): Usage {
  const details = said.input_tokens_details
  const pictures = details?.image_tokens ?? said.input_tokens
  return { text: details?.text_tokens ?? 0, pictures, out: said.output_tokens }
}
