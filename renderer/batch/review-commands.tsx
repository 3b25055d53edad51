import { useEffect } from 'react'
import type { Verb } from '#shared/contract/review.ts'
import type { TileFilter } from '#shared/contract/tiles.ts'
import { useChangeSettings } from '../api/changes.ts'
import { client } from '../api/client.ts'
import { useSettings } from '../api/queries.ts'
import { usePanels } from '../app/panels.tsx'
import { goTo } from '../app/use-route.ts'
import { useCommands } from '../keys/command-center.tsx'
import { afterMark, nextUndecidedHere } from '../review/advance.ts'
import { isFiltering } from '../review/filter.ts'
import { anchoredAt, everything, noSelection } from '../review/selection.ts'
import { useReview, useReviewActions } from '../review/session-context.tsx'
import { notify, notifyError } from '../ui/toast.tsx'

const overlays = ['none', 'decision', 'prompt', 'money'] as const
const ratings = [0, 1, 2, 3, 4, 5] as const

/** Offers the commands of review, for grid and loupe alike. Draws nothing. */
export const ReviewCommands = ({
  batchId,
  isLoupe,
  filter,
  onFilter,
  onOpenLoupe,
}: {
  batchId: number
  isLoupe: boolean
  filter: TileFilter
  onFilter: (filter: TileFilter) => void
  onOpenLoupe: (tileId: number) => void
}) => {
  const session = useReview()
  const panels = usePanels()
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

  const advances = (isLoupe ? settings?.autoAdvanceLoupe : settings?.autoAdvanceGrid) ?? false
  const mark = (verb: Verb) => {
    const before = session.state()
    const { focusId } = before
    if (focusId === null) return
    const tileIds = isLoupe ? [focusId] : session.targets()
    const next = afterMark(verb, before.list, focusId, tileIds.length, advances)
    actions.mark(verb, isLoupe ? tileIds : undefined)
    if (next !== null && session.state().list.indexOf(next) >= 0) session.focus(next)
  }

  const jump = async (backwards: boolean) => {
    const { list, focusId } = session.state()
    if (focusId === null) return
    const here = nextUndecidedHere(session, list.indexOf(focusId), backwards)
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

  const sizeBy = (step: number) => {
    if (!settings) return
    changeSettings({ tileSize: Math.min(512, Math.max(96, Math.round((settings.tileSize * step) / 8) * 8)) })
  }

  const goUp = () => {
    const { selection, focusId } = session.state()
    if (panels.dimmed) panels.show({ dimmed: false })
    else if (panels.trayOpen) panels.show({ trayOpen: false })
    else if (isLoupe) goTo({ page: 'batch', batchId, tileId: null })
    else if (selection.ids.size > 0) session.focus(focusId, anchoredAt(focusId))
    else if (isFiltering(filter)) onFilter({})
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
    autoAdvance: () => changeSettings(isLoupe ? { autoAdvanceLoupe: !advances } : { autoAdvanceGrid: !advances }),
    overlays: () => {
      const at = overlays.indexOf(settings?.overlay ?? 'decision')
      changeSettings({ overlay: overlays[(at + 1) % overlays.length] ?? 'decision' })
    },
    selectAll: () => {
      const { list, focusId } = session.state()
      session.focus(focusId, everything(list, isFiltering(filter) ? null : 'all'))
    },
    selectUndecided,
    selectNone: () => session.focus(session.state().focusId, { ...noSelection, anchorId: session.state().focusId }),
    smaller: () => sizeBy(1 / 1.2),
    larger: () => sizeBy(1.2),
    openLoupe: () => {
      const { focusId } = session.state()
      if (focusId !== null) onOpenLoupe(focusId)
    },
    filterBar: () => panels.show({ filterShown: !panels.filterShown }),
    clearFilter: () => onFilter({}),
    dim: () => panels.show({ dimmed: !panels.dimmed }),
    fullScreen: () => void toggleFullScreen(),
    deliver: () => panels.show({ deliverOpen: true }),
    ...(!panels.trayOpen && { tray: () => panels.show({ trayOpen: true }) }),
    escape: goUp,
  })
  return null
}

async function toggleFullScreen(): Promise<void> {
  try {
    if (document.fullscreenElement) await document.exitFullscreen()
    else await document.documentElement.requestFullscreen()
  } catch (error) {
    notifyError('Full screen is not possible here', error)
  }
}
