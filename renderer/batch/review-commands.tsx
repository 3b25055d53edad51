import { useEffect } from 'react'
import type { Verb } from '#shared/contract/review.ts'
import type { TileFilter } from '#shared/contract/tiles.ts'
import { useChangeSettings } from '../api/changes.ts'
import { client } from '../api/client.ts'
import { useSettings } from '../api/queries.ts'
import { useCommands } from '../keys/command-center.tsx'
import { afterMark, nextUndecidedHere, nextUndecidedIn } from '../review/advance.ts'
import { isFiltering } from '../review/filter.ts'
import { everything, noSelection } from '../review/selection.ts'
import { useReview, useReviewActions } from '../review/session-context.tsx'
import { notify, notifyError } from '../ui/toast.tsx'

const ratings = [0, 1, 2, 3, 4, 5] as const

/** Offers the commands that decide, mark, and go to what is undecided, for every view alike. Draws nothing. */
export const ReviewCommands = ({
  batchId,
  isOne,
  filter,
}: {
  batchId: number
  /** Marks are about the active picture alone: in every view but the grid. */
  isOne: boolean
  filter: TileFilter
}) => {
  const session = useReview()
  const settings = useSettings().data
  const { mutate: changeSettings } = useChangeSettings()
  const actions = useReviewActions()

  useEffect(() => {
    const onLeave = (event: BeforeUnloadEvent) => {
      if (actions.waiting() > 0) event.preventDefault()
    }
    window.addEventListener('beforeunload', onLeave)
    return () => window.removeEventListener('beforeunload', onLeave)
  }, [actions])

  const advances = (isOne ? settings?.autoAdvanceLoupe : settings?.autoAdvanceGrid) ?? false
  const mark = (verb: Verb) => {
    const before = session.state()
    const { focusId } = before
    if (focusId === null) return
    const tileIds = isOne ? [focusId] : session.targets()
    // The grid's list: a closed stack is one step.
    const list = isOne ? before.list : before.grid
    const next = afterMark(verb, list, focusId, tileIds.length, advances, before.scope)
    actions.mark(verb, isOne ? tileIds : undefined)
    if (next !== null && session.state().list.indexOf(next) >= 0) session.focus(next)
  }

  const jump = async (backwards: boolean) => {
    const { list, focusId, scope } = session.state()
    if (focusId === null) return
    const here = scope
      ? nextUndecidedIn(scope, session, focusId, backwards)
      : nextUndecidedHere(session, list.indexOf(focusId), backwards)
    if (here !== 'unknown') {
      if (here === null) session.say('No undecided draft further on')
      else session.focus(here)
      return
    }
    await actions.settled()
    const { tileId } = await client.tiles.nextUndecided({ tileId: focusId, backwards })
    if (tileId !== null && session.state().list.indexOf(tileId) >= 0) session.focus(tileId)
    else notify({ title: backwards ? 'No undecided draft before this one' : 'No undecided draft after this one' })
  }
  const find = (backwards: boolean) => {
    jump(backwards).catch((error) => notifyError('The next undecided draft could not be found', error))
  }

  const selectUndecided = () => {
    client.tiles
      .ids({ batchId, filter: { ...filter, decisions: ['undecided'] } })
      .then(({ ids }) => {
        const { list } = session.state()
        const found = ids.filter((id) => list.indexOf(id) >= 0 && session.view(id).said.decision === 'undecided')
        const first = found[0]
        if (first === undefined) return
        const whole = isFiltering(filter) ? null : 'undecided'
        session.focus(first, { ids: new Set(found), anchorId: first, whole })
      })
      .catch((error) => notifyError('The undecided drafts could not be selected', error))
  }

  useCommands({
    approve: () => mark({ kind: 'approve' }),
    reject: () => mark({ kind: 'reject' }),
    undecide: () => mark({ kind: 'undecide' }),
    keepOnly: () => mark({ kind: 'keep-only' }),
    rejectRow: () => mark({ kind: 'reject-row' }),
    hires: () => mark({ kind: 'hires', on: true }),
    reroll: () => mark({ kind: 'reroll', on: true }),
    unmark: () => {
      mark({ kind: 'hires', on: false })
      mark({ kind: 'reroll', on: false })
    },
    ...Object.fromEntries(ratings.map((rating) => [`rate${rating}`, () => mark({ kind: 'rate', rating })])),
    labelRed: () => mark({ kind: 'label', label: 'red' }),
    labelYellow: () => mark({ kind: 'label', label: 'yellow' }),
    labelGreen: () => mark({ kind: 'label', label: 'green' }),
    labelBlue: () => mark({ kind: 'label', label: 'blue' }),
    labelNone: () => mark({ kind: 'label', label: null }),
    undo: actions.undo,
    redo: actions.redo,
    stepBack: actions.stepBack,
    nextUndecided: () => find(false),
    previousUndecided: () => find(true),
    autoAdvance: () => changeSettings(isOne ? { autoAdvanceLoupe: !advances } : { autoAdvanceGrid: !advances }),
    selectAll: () => {
      const { grid, stacks, focusId } = session.state()
      session.focus(focusId, everything(grid, isFiltering(filter) || stacks.size > 0 ? null : 'all'))
    },
    selectUndecided,
    selectNone: () => session.focus(session.state().focusId, { ...noSelection, anchorId: session.state().focusId }),
  })
  return null
}
