import { createContext, useContext, useSyncExternalStore } from 'react'
import type { ReviewActions } from './review-actions.ts'
import type { ReviewSession, ReviewState } from './session.ts'
import type { TileView } from './tile-view.ts'

const Context = createContext<ReviewSession | null>(null)
export const ReviewProvider = Context.Provider

const Actions = createContext<ReviewActions | null>(null)
export const ReviewActionsProvider = Actions.Provider

export function useReviewActions(): ReviewActions {
  const actions = useContext(Actions)
  if (!actions) throw new Error('This part of the page stands outside ReviewActionsProvider')
  return actions
}

export function useReview(): ReviewSession {
  const session = useContext(Context)
  if (!session) throw new Error('This part of the page stands outside ReviewProvider')
  return session
}

/** A part of the review's state; the component is drawn again only when that part is another. */
export function useReviewState<Part>(select: (state: ReviewState) => Part): Part {
  const session = useReview()
  return useSyncExternalStore(session.subscribe, () => select(session.state()))
}

/** One tile as it is drawn now. */
export function useTileView(tileId: number): TileView {
  const session = useReview()
  return useSyncExternalStore(session.subscribe, () => session.view(tileId))
}
