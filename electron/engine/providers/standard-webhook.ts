import { createHmac, timingSafeEqual } from 'node:crypto'
import type { HookDelivery } from './provider.ts'

/** How far a delivery's own time may be from ours, either way (the tolerance of OpenAI's SDK 7.55.0 and of fal's documentation). */
const toleranceMs = 300_000

/** `seconds` as services write it: digits, nothing else. */
export const isTimely = (seconds: string, nowMs: number): boolean =>
  /^\d{1,12}$/.test(seconds) && Math.abs(nowMs - Number(seconds) * 1000) <= toleranceMs

/**
 * Whether a delivery carries the signature of this secret (`whsec_` and base64), by the Standard Webhooks specification:
 * HMAC-SHA256 over `id.timestamp.body`, one or several `v1,BASE64`. The body is not looked into.
 */
export function isSignedWith(secret: string, { headers, body }: HookDelivery): boolean {
  const { 'webhook-id': id = '', 'webhook-timestamp': seconds = '', 'webhook-signature': signatures = '' } = headers
  const bytes = Buffer.from(secret.replace(/^whsec_/, ''), 'base64')
  if (id === '' || bytes.length === 0) return false
  const expected = createHmac('sha256', bytes).update(`${id}.${seconds}.`).update(body).digest()
  // A list longer than any service sends is nobody's.
  return signatures
    .split(' ', 8)
    .filter((one) => one.startsWith('v1,'))
    .map((one) => Buffer.from(one.slice(3), 'base64'))
    .some((given) => given.length === expected.length && timingSafeEqual(given, expected))
}

/** What a Standard Webhooks delivery is known by; null where it is too old, too early or not of this form. */
export function deliveryIdOf({ headers, receivedMs }: HookDelivery): string | null {
  const id = headers['webhook-id'] ?? ''
  return /^[\w.-]{1,200}$/.test(id) && isTimely(headers['webhook-timestamp'] ?? '', receivedMs) ? id : null
}
