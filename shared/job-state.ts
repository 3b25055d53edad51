/**
 * The states of a job, in the order of its life; which moves are legal is written where they are made, in the job
 * table's statements. `held` and `paused` are reasons of `queued`, not states.
 */
export const jobStates = ['queued', 'submitting', 'running', 'saving', 'done', 'failed', 'unknown', 'canceled'] as const
export type JobState = (typeof jobStates)[number]

/** Why a queued job may not start: money, an unresolved twin, a model without a price, or a sample that was asked for first. */
export const holdReasons = ['budget', 'unknown-twin', 'no-price', 'sample'] as const
export type HoldReason = (typeof holdReasons)[number]
