import type { RemoteBatchLimits } from '#engine/providers/provider.ts'

/** Requests of one model that wait to go in remote batches. */
export interface Waiting {
  readonly requests: number
  readonly limits: RemoteBatchLimits
}

export interface Chunks {
  /** How many requests go in one remote batch, for each of what waits. */
  readonly sizes: readonly number[]
  readonly remoteBatches: number
  /** How long the last of them waits for its start, at most. */
  readonly lastStartAfterMs: number
}

const hourMs = 3_600_000
/** The last remote batch of all should not have to wait longer for its start: then they grow. */
const mostWaitMs = 2 * hourMs

/**
 * Into how many remote batches of one provider what waits is cut: the usual size, unless so many could not be started in
 * time; then as large as that takes, up to what the service allows. `startedLately` counts those of the last hour.
 */
export function chunksFor(waiting: readonly Waiting[], startedLately: number): Chunks {
  const usual = waiting.map(({ limits }) => Math.min(limits.usualRequests, limits.mostRequests))
  const countOf = (sizes: readonly number[]): number =>
    waiting.reduce((sum, { requests }, at) => sum + Math.ceil(requests / (sizes[at] ?? 1)), 0)
  const perHour = waiting.reduce<number | null>((least, { limits }) => lower(least, limits.startsPerHour), null)
  const waitOf = (count: number): number =>
    perHour === null || count === 0 ? 0 : Math.floor((count - 1 + startedLately) / perHour) * hourMs
  if (waitOf(countOf(usual)) <= mostWaitMs || perHour === null)
    return { sizes: usual, remoteBatches: countOf(usual), lastStartAfterMs: waitOf(countOf(usual)) }
  const inTime = Math.max(1, perHour * (mostWaitMs / hourMs + 1) - startedLately)
  // Every model has a last one that is not full.
  const factor = countOf(usual) / Math.max(1, inTime - waiting.length + 1)
  const sizes = waiting.map(({ limits }, at) => Math.min(limits.mostRequests, Math.ceil((usual[at] ?? 1) * factor)))
  return { sizes, remoteBatches: countOf(sizes), lastStartAfterMs: waitOf(countOf(sizes)) }
}

const lower = (one: number | null, other: number | null): number | null =>
  one === null ? other : other === null ? one : Math.min(one, other)
