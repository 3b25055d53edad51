import type { TileFilter } from '#shared/contract/tiles.ts'

/** What happened to a batch's tiles, as far as it can change lists of them. */
export type ListChange = 'marks' | 'states' | 'planned'

const readMarks = ['decisions', 'hires', 'minRating', 'labels'] as const
const readStates = ['states', 'dismissed', 'hasFinal', 'flagged'] as const

/**
 * Whether a list of tiles may be another after a change. Most lists do not read marks or states, and fetching 50,000 ids
 * after each key press would be felt. Orders by time or decision stay as they are until they are asked for again, so that
 * nothing moves under a person's eyes.
 */
export function isListStale(filter: TileFilter, because: ListChange): boolean {
  if (because === 'planned') return true
  return (because === 'marks' ? readMarks : readStates).some((name) => filter[name] !== undefined)
}
