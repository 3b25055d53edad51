import { setTimeout as sleep } from 'node:timers/promises'
import { AppError } from '#shared/errors.ts'

export interface RetryPlan {
  /** How often a request is sent at most. */
  readonly attempts: number
  /** The first wait, doubled each time up to 8 s; half of every wait is chance, so that parallel uploads spread out. */
  readonly firstWaitMs: number
}

const longestWaitMs = 8_000

/**
 * The one place where what a delivery sends is repeated; the AWS SDK itself repeats nothing. `work` must be harmless to
 * repeat. Throws what the last attempt threw, at once what is not `isPassing`, and `canceled` when the signal ends a wait.
 */
export async function withRetries<Result>(
  { attempts, firstWaitMs }: RetryPlan,
  signal: AbortSignal,
  isPassing: (error: unknown) => boolean,
  work: () => Promise<Result>,
): Promise<Result> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt >= attempts || signal.aborted || !isPassing(error)) throw error
      const waitMs = Math.min(longestWaitMs, firstWaitMs * 2 ** (attempt - 1))
      try {
        await sleep(waitMs * (0.5 + Math.random() / 2), undefined, { signal })
      } catch {
        throw new AppError('canceled', 'The upload was stopped.', { cause: error })
      }
    }
  }
}
