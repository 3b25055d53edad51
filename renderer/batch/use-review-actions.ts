import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo, useRef } from 'react'
import type { TileFilter } from '#shared/contract/tiles.ts'
import { client } from '../api/client.ts'
import { refreshLists } from '../api/queries.ts'
import { isFiltering } from '../review/filter.ts'
import { createReviewActions, type ReviewActions } from '../review/review-actions.ts'
import type { ReviewSession } from '../review/session.ts'
import { notifyError } from '../ui/toast.tsx'

/** How long the page may take to draw a list that has arrived, in ms. */
const drawnMs = 60

/**
 * The verbs of review over a session. A picture that undo brings back comes into focus; where the filter still hides it
 * after the engine was asked again, the filter gives way, so that she sees what she undid.
 */
export function useNewReviewActions(
  session: ReviewSession,
  filter: TileFilter,
  onFilter: (filter: TileFilter) => void,
): ReviewActions {
  const queries = useQueryClient()
  const wanted = useRef<number | null>(null)
  const clearFilter = useRef(() => {})
  useEffect(() => {
    clearFilter.current = () => {
      if (isFiltering(filter)) onFilter({})
    }
  })

  useEffect(
    () =>
      session.subscribe(() => {
        const tileId = wanted.current
        if (tileId === null || session.state().list.indexOf(tileId) < 0) return
        wanted.current = null
        session.focus(tileId)
      }),
    [session],
  )

  return useMemo(() => {
    const reveal = (tileId: number) => {
      if (session.state().list.indexOf(tileId) >= 0) {
        session.focus(tileId)
        return
      }
      wanted.current = tileId
      const giveWay = () => {
        if (wanted.current === tileId) clearFilter.current()
      }
      refreshLists(queries, session.batchId, 'planned')
        .then(() => setTimeout(giveWay, drawnMs))
        .catch((error) => notifyError('The list of drafts could not be read', error))
    }
    return createReviewActions({ session, review: client.review, onError: notifyError, reveal })
  }, [session, queries])
}
