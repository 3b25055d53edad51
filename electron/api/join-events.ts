import type { LibraryEvent } from '#shared/contract/events.ts'

/** Above this many tiles an event stops naming them: reading the whole batch again is cheaper than the list. */
const mostTileIds = 5000

/**
 * A burst as few events, in the order in which each was first said: what is said twice is said once, and the tiles of
 * one batch are joined. More than 5,000 of them become `tiles-planned`: everything of that batch may have changed.
 */
export function joinEvents(burst: readonly LibraryEvent[]): LibraryEvent[] {
  const joined = new Map<string, { readonly event: LibraryEvent; readonly tileIds: Set<number> }>()
  for (const event of burst) {
    const { tileIds, ...rest } = { tileIds: [], ...event }
    const key = JSON.stringify(rest)
    const entry = joined.get(key) ?? { event, tileIds: new Set<number>() }
    for (const tileId of tileIds) entry.tileIds.add(tileId)
    joined.set(key, entry)
  }
  const told: LibraryEvent[] = []
  for (const { event, tileIds } of joined.values()) {
    const whole = withTiles(event, [...tileIds])
    const isSaid = whole.kind === 'tiles-planned' && told.some((one) => isPlanned(one, whole.batchId))
    if (!isSaid) told.push(whole)
  }
  return told
}

const isPlanned = (event: LibraryEvent, batchId: number) => event.kind === 'tiles-planned' && event.batchId === batchId

function withTiles(event: LibraryEvent, tileIds: number[]): LibraryEvent {
  if (event.kind !== 'tiles-changed' && event.kind !== 'marks-changed') return event
  return tileIds.length > mostTileIds
    ? { kind: 'tiles-planned', batchId: event.batchId }
    : { kind: event.kind, batchId: event.batchId, tileIds }
}
