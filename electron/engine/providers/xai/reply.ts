import { z } from 'zod'
import { complaintOf as complaintIn } from '#engine/network/network.ts'
import type { Complaint, HttpSession } from '#engine/providers/http-session.ts'
import { bytesOfDataUri } from '#engine/providers/picture-input.ts'
import type { Cost, Output, Progress, ProviderReply } from '#engine/providers/provider.ts'

const aboutSafety = /usage guidelines|content (policy|moderation)|moderation|safety/i
const aboutKey = /(incorrect|invalid) api key/i
const aboutCredit = /available credits|any credits|spending limit/i

/**
 * `{code, error}` as two strings, or `{error: {message, type, code}}`. A wrong key may come as a 400, spent credit as a 403 or
 * a 429; which is told by the words (reported by users of xAI's API, 2026-11).
 */
export function complaintOf(reply: ProviderReply): Complaint {
  const { message, code, type } = complaintIn(reply)
  const words = message ?? ''
  const saying = `(status ${reply.status}).`
  if (reply.status === 400 && aboutKey.test(words)) {
    const sentence = `did not accept the key ${saying} Enter a valid key under Settings, Providers, then resume.`
    return { message, meaning: { code: 'auth', sentence } }
  }
  if ((reply.status === 403 || reply.status === 429) && aboutCredit.test(words)) {
    const sentence = `says that the account is out of credit ${saying} Add credit there, then resume.`
    return { message, meaning: { code: 'quota', sentence } }
  }
  const isRefusal = reply.status === 400 && aboutSafety.test(`${words} ${code} ${type}`)
  return isRefusal ? { message, refusal: { billed: false } } : { message }
}

const text = z.string().nullish().catch(null)
const wire = z.object({
  data: z
    .array(z.object({ url: text, b64_json: text, respect_moderation: z.boolean().nullish().catch(null) }))
    .nullish(),
  block_reason: text,
  error: z.unknown().optional(),
  usage: z
    .object({ cost_in_usd_ticks: z.number().nonnegative().nullish().catch(null) })
    .nullish()
    .catch(null),
})

/** 10^10 ticks are one USD (xai-proto of 2026-05-17). */
const ticksPerMicro = 10_000

/**
 * Reads a 2xx, in which xAI holds pictures back as well: one by one (`respect_moderation: false`), or silently, with no
 * picture at all. Its own cost settles the request.
 */
export function progressFrom(reply: ProviderReply, http: HttpSession): Progress {
  const said = http.read(wire, reply)
  const ticks = said.usage?.cost_in_usd_ticks ?? null
  const settled: Cost | null = ticks === null ? null : { micros: Math.ceil(ticks / ticksPerMicro), currency: 'USD' }
  const billed = settled && settled.micros > 0
  const outputs = (said.data ?? []).map(({ url, b64_json, respect_moderation }): Output => {
    const bytes =
      respect_moderation === false ? null : (bytesFrom(reply, b64_json ?? '') ?? bytesFrom(reply, url ?? '', 'address'))
    if (bytes) return { kind: 'bytes', bytes, seed: null }
    if (respect_moderation !== false && url && URL.canParse(url)) return { kind: 'url', url, seed: null }
    return { kind: 'withheld', reason: 'xAI’s moderation held this picture back', billed }
  })
  const hasPicture = outputs.some(({ kind }) => kind !== 'withheld')
  if (hasPicture || (outputs.length > 0 && !said.block_reason)) return { state: 'done', outputs, settled }
  if (said.block_reason) throw http.refusal(said.block_reason, reply, billed)
  if (said.error) throw http.unusable('reported an error in its answer', complaintIn(reply).message ?? '', reply)
  if (said.data) throw http.refusal('no picture was given', reply, billed)
  throw http.unusable('sent an answer without a picture', '', reply)
}

/** Base64, with or without `data:` before it. */
function bytesFrom(reply: ProviderReply, given: string, kind: 'text' | 'address' = 'text'): Uint8Array | null {
  const apart = reply.pictures?.get(given)
  const bytes = apart ?? bytesOfDataUri(given) ?? (kind === 'text' ? Buffer.from(given, 'base64') : null)
  return bytes && bytes.length > 0 ? bytes : null
}
