import { z } from 'zod'
import { type Complaint, complaintIn, parseJson, quoteWords, withReply } from '#engine/network/network.ts'
import type { Cost, Output, Progress, ProviderReply } from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'

const picture = z.object({
  b64_json: z.string().nullish().catch(null),
  url: z.string().nullish().catch(null),
  seed: z.int().nullish().catch(null),
  respect_moderation: z.boolean().nullish().catch(null),
  finish_reason: z.string().nullish().catch(null),
})
const usage = z.object({
  cost: z.number().nonnegative().nullish().catch(null),
  cost_in_usd_ticks: z.number().nonnegative().nullish().catch(null),
})
const wire = z.object({
  data: z.array(picture).nullish(),
  error: z.unknown().optional(),
  usage: usage.nullish().catch(null),
})

/** Codes and types by which servers with this wire format refuse a prompt (OpenAI docs and SDK 7.55.0, 2026-11). */
const refusals = /moderation_blocked|content_policy_violation|content_filter|content_moderation|safety_violation/i
const filtered = /content_filter|safety|moderation/i

interface ReplyContext {
  readonly where: string
  readonly base: URL
  readonly key: string | null
  readonly seed: number | null
}

/** A refusal of the prompt, or null where the reply says something else. A 4xx is not charged; a 2xx may have been. */
export function refusalOf(
  reply: ProviderReply,
  { code, type, message }: Complaint,
  context: Pick<ReplyContext, 'where' | 'key'>,
): AppError | null {
  if (!refusals.test(`${code} ${type}`)) return null
  const said = message ? `: “${quoteWords(message, context.key)}”` : '.'
  const billed = reply.status >= 400 ? false : null
  const sentence = `${context.where} refused this prompt${said} Change the prompt, or try another model.`
  return new AppError('content-policy', sentence, { billed, cause: withReply(reply) })
}

/** Reads a 2xx. Without a usable picture it throws `bad-response` (charged: it is a 2xx) or `content-policy`. */
export function progressFrom(reply: ProviderReply, context: ReplyContext): Progress {
  const { where, key } = context
  const bad = (what: string): AppError =>
    new AppError('bad-response', `${where} ${what} It may have been charged; look at the saved answer, then retry.`, {
      billed: true,
      cause: withReply(reply),
    })
  const json = parseJson(reply.bytes)
  if (json === null) throw bad(reply.bytes.length === 0 ? 'sent an empty answer.' : 'sent an answer that is not JSON.')
  const complaint = complaintIn(json)
  const refusal = refusalOf(reply, complaint, context)
  if (refusal) throw refusal
  const parsed = wire.safeParse(json)
  if (!parsed.success) throw bad('sent an answer in a form that is not known here.')
  const outputs = (parsed.data.data ?? []).flatMap((item) => outputFrom(item, context))
  const { message } = complaint
  if (outputs.length === 0) {
    if (parsed.data.error)
      throw bad(`reported an error in its answer${message ? `: “${quoteWords(message, key)}”` : ''}.`)
    throw bad('sent an answer without a picture.')
  }
  return { state: 'done', outputs, settled: costFrom(parsed.data.usage) }
}

function outputFrom(item: z.infer<typeof picture>, { base, seed: asked }: ReplyContext): Output[] {
  const seed = item.seed ?? asked
  const address = item.url ?? ''
  const inline = item.b64_json || /^data:[^,]*;base64,/.exec(address)?.input
  if (item.respect_moderation === false || filtered.test(item.finish_reason ?? '')) {
    return [{ kind: 'withheld', reason: 'the server’s content filter held this picture back', billed: null }]
  }
  if (inline) {
    const bytes = Buffer.from(inline.slice(inline.startsWith('data:') ? inline.indexOf(',') + 1 : 0), 'base64')
    return bytes.length > 0 ? [{ kind: 'bytes', bytes, seed }] : []
  }
  // Local servers answer paths of their own; those belong to the base URL.
  return address !== '' && URL.canParse(address, base.href)
    ? [{ kind: 'url', url: new URL(address, base.href).href, seed }]
    : []
}

/** Some servers name the true cost: `usage.cost` in USD, or ticks of which 10^10 are one (xAI, read 2026-11). */
function costFrom(said: z.infer<typeof usage> | null | undefined): Cost | null {
  const usd = said?.cost ?? (said?.cost_in_usd_ticks == null ? null : said.cost_in_usd_ticks / 1e10)
  return usd === null || usd === undefined ? null : { micros: Math.round(usd * 1_000_000), currency: 'USD' }
}
