import { ValidationError } from '@orpc/contract'
import { ORPCError } from '@orpc/server'
import { type ApiErrorDetails, defectCode } from '#shared/api-error.ts'
import { AppError, type ErrorCode, errorCodeOf, isErrorCode, messageOf } from '#shared/errors.ts'

/**
 * The HTTP status of each code. 401 and 403 are left out on purpose: they are this host's own guard; a provider that
 * refuses our key is 424, so that no client takes it for its own missing token.
 */
const statusOf: Record<ErrorCode, number> = {
  'invalid-input': 400,
  quota: 402,
  'not-found': 404,
  conflict: 409,
  unsupported: 422,
  'content-policy': 422,
  auth: 424,
  'rate-limited': 429,
  canceled: 499,
  'bad-response': 502,
  'model-failed': 502,
  'provider-unavailable': 503,
  'outcome-unknown': 504,
  storage: 507,
}

/** Told of each defect: the thrown value and where it came from (`review.apply`). The host writes it to its log. */
export type OnDefect = (error: unknown, where: string) => void

const detailsOf = (error: AppError): ApiErrorDetails => ({
  ...(error.retryAfterMs === null ? {} : { retryAfterMs: error.retryAfterMs }),
  ...(error.billed === null ? {} : { billed: error.billed }),
})

const wireError = (error: AppError) =>
  new ORPCError(error.code, {
    status: statusOf[error.code],
    message: error.message,
    data: detailsOf(error),
    cause: error,
  })

/** `tileIds[0]: expected number`: where in the input, and what is wrong there. At most five are named. */
function issuesText(issues: ValidationError['issues']): string {
  const texts = issues.slice(0, 5).map((issue) => {
    const steps = (issue.path ?? []).map((step) => (typeof step === 'object' ? step.key : step))
    const place = steps.map((step) => (typeof step === 'number' ? `[${step}]` : `.${String(step)}`)).join('')
    return place === '' ? issue.message : `${place.replace(/^\./, '')}: ${issue.message}`
  })
  const more = issues.length - texts.length
  return more > 0 ? `${texts.join('; ')}; and ${more} more` : texts.join('; ')
}

/**
 * Any error thrown below the contract, as it goes over every transport. An `AppError` keeps its code and sentence; input
 * that does not fit the contract is `invalid-input`; everything else is a defect, told to `onDefect` and answered
 * without a stack or a path.
 */
export function toWireError(error: unknown, where: string, onDefect: OnDefect): ORPCError<string, unknown> {
  if (error instanceof ORPCError && (isErrorCode(error.code) || error.code === defectCode)) return error
  if (error instanceof ORPCError && error.status < 500) {
    const reason = error.cause instanceof ValidationError ? issuesText(error.cause.issues) : error.message
    const refusal = new AppError('invalid-input', `${where} was refused: ${reason}. Correct the input and ask again.`)
    return new ORPCError(refusal.code, { status: error.status, message: refusal.message, cause: error })
  }
  const code = errorCodeOf(error)
  if (code !== null) return wireError(error instanceof AppError ? error : new AppError(code, messageOf(error)))
  if (error instanceof Error && error.name === 'AbortError') {
    return wireError(new AppError('canceled', `${where} was given up before it was done.`, { cause: error }))
  }
  onDefect(error, where)
  const message = `Proofsheet failed in ${where} by a fault of its own. Its log (the terminal it runs in) says more.`
  return new ORPCError(defectCode, { status: 500, message, cause: error })
}

/** A defect as a host's log wants it: where, then the stack, then what the contract found wrong with an answer. */
export function defectText(error: unknown, where: string): string {
  const cause = error instanceof Error ? error.cause : undefined
  const issues = cause instanceof ValidationError ? `\n  ${issuesText(cause.issues)}` : ''
  const stack = error instanceof Error ? (error.stack ?? error.message) : String(error)
  return `proofsheet: defect in ${where}: ${stack}${issues}\n`
}
