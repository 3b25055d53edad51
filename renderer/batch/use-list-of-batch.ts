import { useLayoutEffect, useMemo } from 'react'
import type { TileFilter } from '#shared/contract/tiles.ts'
import type { ReviewSession } from '../review/session.ts'
import { createTileList } from '../review/tile-list.ts'

interface Ids {
  readonly ids: readonly number[]
  readonly rows: readonly (readonly [number, number])[]
  readonly firstUndecided: number
}

/** Hands each new list of the engine to the session. A list of the former filter, shown meanwhile, is not a new one. */
export function useListOfBatch(
  session: ReviewSession,
  data: Ids | undefined,
  filter: TileFilter,
  isFormer: boolean,
): void {
  const list = useMemo(() => (data ? createTileList(data.ids, data.rows) : null), [data])
  useLayoutEffect(() => {
    if (list && !isFormer) session.takeList(list, filter)
  }, [session, list, filter, isFormer])
}
