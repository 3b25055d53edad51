import { z } from 'zod'
import { parseJson } from '#engine/network/network.ts'
import type { Complaint } from '#engine/providers/http-session.ts'
import type { ProviderReply } from '#engine/providers/provider.ts'

const text = z.string().catch('')
const detail = z.object({
  reason: text,
  violations: z.array(z.object({ quotaId: text, quotaValue: z.coerce.string().catch('') })).catch([]),
})
const wire = z.object({
  error: z.object({ message: text, status: text, details: z.array(detail).catch([]) }),
})

const aboutSafety = /responsible ai|prohibited use polic|violat\w* .{0,40}polic/i

/**
 * Google's `{error: {code, message, status, details}}`. A wrong key comes as a 400 with the reason API_KEY_INVALID, a place or
 * account that may not use it as a 400 FAILED_PRECONDITION; a quota of nothing (the free tier has none for pictures) as a 429
 * (2026-11). A day's quota ends at midnight in California.
 */
export function complaintOf(reply: ProviderReply, nowMs: number): Complaint {
  const parsed = wire.safeParse(parseJson(reply.bytes))
  if (!parsed.success) return { message: null }
  const { message: said, status, details } = parsed.data.error
  const message = said === '' ? null : said
  const next = 'under Settings, Providers, then resume.'
  const saying = `(status ${reply.status}).`
  if (reply.status === 400 && details.some(({ reason }) => /API_KEY/.test(reason))) {
    const sentence = `did not accept the key ${saying} Enter a valid key ${next}`
    return { message, meaning: { code: 'auth', sentence } }
  }
  if (reply.status === 400 && status === 'FAILED_PRECONDITION') {
    const sentence = `may not be used from here, or not without billing ${saying} Look at the key’s project at Google, then resume.`
    return { message, meaning: { code: 'auth', sentence } }
  }
  if (reply.status === 429) {
    const violations = details.flatMap((one) => one.violations)
    if (violations.some(({ quotaValue }) => quotaValue === '0') || /\blimit: 0\b/.test(said)) {
      const sentence = `allows this account no pictures with this model ${saying} Turn on billing at Google, then resume.`
      return { message, meaning: { code: 'quota', sentence } }
    }
    const isDaily = violations.some(({ quotaId }) => /PerDay/i.test(quotaId))
    return isDaily ? { message, leastWaitMs: untilMidnightMs(nowMs) } : { message }
  }
  if (reply.status === 400 && aboutSafety.test(said)) return { message, refusal: { billed: false } }
  return { message }
}

/** Until the next midnight in California, by the clock there (an hour off on the two days that its clock changes). */
function untilMidnightMs(nowMs: number): number {
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: 'America/Los_Angeles',
    hourCycle: 'h23',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  const part = (type: string): number =>
    Number(format.formatToParts(nowMs).find((one) => one.type === type)?.value ?? 0)
  const gone = (part('hour') * 60 + part('minute')) * 60 + part('second')
  return (24 * 60 * 60 - gone) * 1000
}
