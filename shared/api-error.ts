import { AppError, isErrorCode } from './errors.ts'

/** The code of an error that is none of ours: a fault of Proofsheet itself. Hosts log it; clients get a plain sentence. */
export const defectCode = 'defect'

/** What travels beside code and sentence, each part only where it is known. */
export interface ApiErrorDetails {
  readonly retryAfterMs?: number
  readonly billed?: boolean
}

function detailsOf(thrown: object): ApiErrorDetails {
  const details: unknown = 'data' in thrown ? thrown.data : undefined
  if (typeof details !== 'object' || details === null) return {}
  return {
    ...('retryAfterMs' in details && typeof details.retryAfterMs === 'number'
      ? { retryAfterMs: details.retryAfterMs }
      : {}),
    ...('billed' in details && typeof details.billed === 'boolean' ? { billed: details.billed } : {}),
  }
}

/**
 * Turns whatever a client of the contract threw back into what the engine threw: an `AppError` with the same code and
 * sentence, over every transport. A call that was given up is `canceled`. What has no code (a defect, a host that is
 * gone) comes back as an `Error` whose message can be shown as it stands; the thrown value is its cause.
 */
export function errorFromApi(thrown: unknown): Error {
  if (thrown instanceof AppError) return thrown
  if (typeof thrown !== 'object' || thrown === null) return new Error(String(thrown), { cause: thrown })
  const message = 'message' in thrown && typeof thrown.message === 'string' ? thrown.message : String(thrown)
  if ('code' in thrown && isErrorCode(thrown.code)) {
    return new AppError(thrown.code, message, { ...detailsOf(thrown), cause: thrown })
  }
  if ('name' in thrown && thrown.name === 'AbortError') {
    return new AppError('canceled', 'The call was given up before it was answered.', { cause: thrown })
  }
  return thrown instanceof Error ? thrown : new Error(message, { cause: thrown })
}
