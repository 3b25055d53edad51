import { networkInterfaces } from 'node:os'
import { AppError } from '#shared/errors.ts'
import type { Broken } from './conversation.ts'
import type { Reply } from './exchange.ts'
import { privateAddressCode, privateAddressError } from './guard.ts'

/** `partial`: what came of the reply, where that was kept. */
export type Failure = Broken & { readonly partial: Reply | null }

/** The far end's reply, kept in the error's cause so that its raw bytes can be looked at. */
export const withReply = (reply: Reply, cause?: unknown): Error =>
  Object.assign(new Error(`the reply had status ${reply.status}`, { cause }), { reply })

/** The reply, whole or cut off, that an error was made from; `null` where none came. */
export function replyOf(error: unknown): Reply | null {
  for (const cause of causes(error)) if ('reply' in cause && isReply(cause.reply)) return cause.reply
  return null
}

const isReply = (value: unknown): value is Reply =>
  typeof value === 'object' && value !== null && 'status' in value && 'bytes' in value && 'headers' in value

function* causes(error: unknown): Generator<Error> {
  for (let next = error, depth = 0; next instanceof Error && depth < 10; next = next.cause, depth++) {
    yield next
    if (next instanceof AggregateError) yield* next.errors.filter((inner) => inner instanceof Error)
  }
}

const codesOf = (error: unknown): string[] =>
  [...causes(error)].flatMap((cause) => ('code' in cause && typeof cause.code === 'string' ? [cause.code] : []))

/** Whether it is certain that no byte of the request left this machine: a refused connection, an unknown name. */
export const isUnsent = (error: unknown): boolean => [...causes(error)].some((cause) => 'unsent' in cause)

type Interfaces = Readonly<Record<string, readonly { readonly internal: boolean }[] | undefined>>
const offlineCodes: ReadonlySet<string> = new Set(['EAI_AGAIN', 'ENETUNREACH', 'ENETDOWN'])

/**
 * Whether an error says that this machine is offline, rather than that one provider is down: then every lane waits and goes
 * on by itself. Reads the cause's system code; an unknown name counts where no interface but loopback is up (macOS and
 * Windows say ENOTFOUND when offline).
 */
export function isOfflineError(error: unknown, interfaces: Interfaces = networkInterfaces()): boolean {
  const codes = codesOf(error)
  if (codes.some((code) => offlineCodes.has(code))) return true
  const isUp = Object.values(interfaces).some((addresses) => addresses?.some((address) => !address.internal))
  return codes.includes('ENOTFOUND') && !isUp
}

const whyUnsent: readonly (readonly [RegExp, string])[] = [
  [/^ECONNREFUSED$/, 'refused the connection: nothing listens there. Start the server or correct its address'],
  [/^ENOTFOUND$/, 'is not a known name. Correct the address, or look at the network'],
  [/^(EAI_AGAIN|ENETUNREACH|ENETDOWN)$/, 'cannot be reached: this machine seems to be offline'],
  [/^UND_ERR_CONNECT_TIMEOUT$|^ETIMEDOUT$/, 'did not answer in time'],
  [/CERT|SSL|TLS|SELF_SIGNED|^EPROTO$|UNABLE_TO_VERIFY/, 'has no certificate that this machine trusts'],
]

const whyLost = {
  aborted: 'it was stopped',
  'headers-timeout': 'no answer came in time',
  'idle-timeout': 'the answer stopped in the middle',
  connection: 'the connection was lost',
  'cut-off': 'the answer was cut off',
} as const

/**
 * A failed exchange as an error with a code. Nothing sent: `provider-unavailable`, or `canceled` where the signal ended it.
 * Sent and `repeatable`: the same two. Sent and not repeatable: `outcome-unknown`, also when a person stopped it, because
 * the far end may finish and charge. Too big, or an encoding nobody asked for: `bad-response`. `sent` and not repeatable
 * always has `billed: null`.
 */
export function errorForFailure(failure: Failure, url: URL, repeatable: boolean, maxBytes: number): AppError {
  const where = url.origin
  const { reason, sent } = failure
  const cause = failure.partial ? withReply(failure.partial, failure.cause) : failure.cause
  if (codesOf(failure.cause).includes(privateAddressCode)) return privateAddressError(url, 'A reply')
  if (reason === 'too-big') {
    const limit = maxBytes >= 1_000_000 ? `${Math.round(maxBytes / 1_000_000)} MB` : `${maxBytes} bytes`
    return new AppError('bad-response', `${where} sent more than ${limit}, so the answer was not read.`, { cause })
  }
  if (reason === 'encoding') {
    return new AppError('bad-response', `${where} compressed its answer in a way that is not known here.`, { cause })
  }
  if (sent && !repeatable) {
    const sentence =
      `The request went to ${where}, then ${whyLost[reason]}: the picture may have been made and charged. ` +
      'Look at the provider’s usage page, then retry or dismiss it.'
    return new AppError('outcome-unknown', sentence, { cause, billed: null })
  }
  if (reason === 'aborted')
    return new AppError('canceled', `The request to ${where} was stopped.`, { cause, billed: false })
  if (sent) return new AppError('provider-unavailable', `${where}: ${whyLost[reason]}.`, { cause, billed: false })
  const unsent = Object.assign(new Error('nothing was sent', { cause: failure.cause }), { unsent: true })
  const codes = codesOf(failure.cause)
  const why = whyUnsent.find(([pattern]) => codes.some((code) => pattern.test(code)))?.[1]
  return new AppError('provider-unavailable', `${where} ${why ?? 'could not be reached'}.`, {
    cause: unsent,
    billed: false,
  })
}
