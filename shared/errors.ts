/**
 * What happens next after an error, read everywhere from the one table below:
 * `fail` this job only, `retry` by itself, `pause` the provider until a person acts,
 * `ask` a person, because repeating may cost money.
 */
export type Treatment = 'fail' | 'retry' | 'pause' | 'ask'

/** Every code an error can have, what to do about it, and the exit status it gives the command line. */
export const errorCodes = {
  'invalid-input': { treatment: 'fail', exitStatus: 2 },
  'not-found': { treatment: 'fail', exitStatus: 2 },
  conflict: { treatment: 'fail', exitStatus: 2 },
  unsupported: { treatment: 'fail', exitStatus: 2 },
  'content-policy': { treatment: 'fail', exitStatus: 3 },
  'bad-response': { treatment: 'fail', exitStatus: 3 },
  canceled: { treatment: 'fail', exitStatus: 130 },
  'rate-limited': { treatment: 'retry', exitStatus: 3 },
  'provider-unavailable': { treatment: 'retry', exitStatus: 3 },
  'model-failed': { treatment: 'retry', exitStatus: 3 },
  'outcome-unknown': { treatment: 'ask', exitStatus: 4 },
  auth: { treatment: 'pause', exitStatus: 6 },
  quota: { treatment: 'pause', exitStatus: 6 },
  storage: { treatment: 'pause', exitStatus: 7 },
} as const satisfies Record<string, { treatment: Treatment; exitStatus: number }>

export type ErrorCode = keyof typeof errorCodes

/** The codes as a list, for schemas and forms. */
export const errorCodeList = Object.keys(errorCodes) as [ErrorCode, ...ErrorCode[]]

export const isErrorCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && Object.hasOwn(errorCodes, value)

/** Exit statuses of the command line beside those of the codes. */
export const exitStatus = {
  allDone: 0,
  defect: 1,
  badInput: 2,
  someFailed: 3,
  someUnknown: 4,
  held: 5,
  stopped: 130,
} as const

interface AppErrorOptions {
  /** How long to wait before trying again, as the far end asked; absent where it did not say. */
  readonly retryAfterMs?: number
  /** Whether the far end charged for the failed request: `null` where nobody can tell. */
  readonly billed?: boolean | null
  /** What the far end says the failed request cost, micros of USD; absent where it did not say. */
  readonly costMicros?: number
  readonly cause?: unknown
}

/**
 * The one error class. `code` survives a process boundary (class identity does not);
 * `message` is a sentence for a person: what failed, where, and the next step.
 */
export class AppError extends Error {
  override readonly name = 'AppError'
  readonly code: ErrorCode
  readonly retryAfterMs: number | null
  readonly billed: boolean | null
  readonly costMicros: number | null

  constructor(code: ErrorCode, message: string, options: AppErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.code = code
    this.retryAfterMs = options.retryAfterMs ?? null
    this.billed = options.billed ?? null
    this.costMicros = options.costMicros ?? null
  }
}

/** The error's code, or `null` where it is not one of ours (a defect). */
export const errorCodeOf = (error: unknown): ErrorCode | null =>
  typeof error === 'object' && error !== null && 'code' in error && isErrorCode(error.code) ? error.code : null

/** The sentence of any thrown value. */
export const messageOf = (error: unknown): string => (error instanceof Error ? error.message : String(error))
