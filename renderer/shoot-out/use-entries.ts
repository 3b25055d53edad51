import { useEffect, useMemo, useState, useSyncExternalStore } from 'react'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { notifyError } from '../ui/toast.tsx'
import type { Entry } from './pivot.ts'

/** How many tiles a matrix is made of: what the page keeps of details, with room for what else is on screen. */
export const mostEntries = 4000

/** The details and marks of the list's first tiles, as they are now; `null` until they have been read. */
export function useEntries(): readonly Entry[] | null {
  const session = useReview()
  const list = useReviewState((state) => state.list)
  const pending = useReviewState((state) => state.pending)
  const [isRead, setIsRead] = useState(false)
  const changes = useSyncExternalStore(session.tiles.subscribe, session.tiles.changes)
  const ids = useMemo(() => list.ids.slice(0, mostEntries), [list])

  useEffect(() => {
    let isGone = false
    session.tiles
      .load(ids)
      .then(() => !isGone && setIsRead(true))
      .catch((error) => notifyError('The drafts could not be read', error))
    return () => {
      isGone = true
    }
  }, [session, ids])
  useEffect(() => {
    // What went stale (a picture that arrived) is asked for again.
    if (isRead && changes > 0) session.tiles.want(ids)
  }, [session, ids, isRead, changes])

  // biome-ignore lint/correctness/useExhaustiveDependencies: marks on their way and changed details are read by view()
  return useMemo(
    () =>
      isRead
        ? ids.flatMap((id) => {
            const { tile, said } = session.view(id)
            return tile ? [{ tile, said }] : []
          })
        : null,
    [session, ids, isRead, pending, changes],
  )
}
