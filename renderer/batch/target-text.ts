import { targetsOf } from '../review/selection.ts'
import type { ReviewSession } from '../review/session.ts'
import { countText } from '../ui/time-text.ts'

/** What the next key is about: `approves 23 drafts`. In every view but the grid it is the active picture. */
export function targetText(session: ReviewSession, isOne: boolean): string {
  const { selection, focusId } = session.state()
  if (focusId === null) return ''
  const tileIds = isOne ? [focusId] : targetsOf(selection, focusId)
  // A tile known to hold no picture cannot be decided; those that are not here yet are taken to hold one.
  const count = tileIds.filter((tileId) => session.tiles.fresh(tileId)?.image !== null).length
  return count === 0 ? '' : `approves ${countText(count, 'draft')}`
}
