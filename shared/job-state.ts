/** The states of a job, in the order of its life. `held` and `paused` are reasons of `queued`, not states. */
export const jobStates = ['queued', 'submitting', 'running', 'saving', 'done', 'failed', 'unknown', 'canceled'] as const
export type JobState = (typeof jobStates)[number]

/** Why a queued job may not start: money, an unresolved twin, a model without a price, or a sample that was asked for first. */
export const holdReasons = ['budget', 'unknown-twin', 'no-price', 'sample'] as const
export type HoldReason = (typeof holdReasons)[number]

/** The legal moves. A job never leaves `done`; `unknown` is left only by a person's word or a look-up at the provider. */
const moves: Record<JobState, readonly JobState[]> = {
  queued: ['submitting', 'done', 'failed', 'canceled'],
  submitting: ['queued', 'running', 'saving', 'done', 'failed', 'unknown', 'canceled'],
  running: ['queued', 'saving', 'done', 'failed', 'unknown', 'canceled'],
  saving: ['queued', 'done', 'failed', 'unknown'],
  done: [],
  failed: ['queued', 'canceled'],
  unknown: ['queued', 'running', 'saving', 'failed', 'canceled'],
  canceled: ['queued'],
}

export const canMove = (from: JobState, to: JobState): boolean => moves[from].includes(to)

/** In flight: a request is out, or its outcome is not yet known. At most one job per prompt hash may be here. */
export const inFlightStates = ['submitting', 'running', 'saving', 'unknown'] as const satisfies readonly JobState[]

/** Finished for good, unless a person asks for another try. */
export const isEnded = (state: JobState): boolean => state === 'done' || state === 'failed' || state === 'canceled'
