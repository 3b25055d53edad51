import type { TileFilter } from '#shared/contract/tiles.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { usePanels } from '../app/panels.tsx'
import type { SideBySide } from '../app/router.ts'
import { goTo } from '../app/use-route.ts'
import { useCommands } from '../keys/command-center.tsx'
import { isFiltering } from '../review/filter.ts'
import { anchoredAt } from '../review/selection.ts'
import { useReview } from '../review/session-context.tsx'
import { notifyError } from '../ui/toast.tsx'
import { compareView, surveyView, type ViewKind } from './views.ts'

const overlays = ['none', 'decision', 'prompt', 'money'] as const
const overlayNames = { none: 'none', decision: 'decisions', prompt: 'prompts', money: 'money' } as const

/** Offers the commands that change what is shown and how. Draws nothing. */
export const ViewCommands = ({
  batchId,
  kind,
  filter,
  onFilter,
  onOpenLoupe,
}: {
  batchId: number
  kind: ViewKind
  filter: TileFilter
  onFilter: (filter: TileFilter) => void
  onOpenLoupe: (tileId: number) => void
}) => {
  const session = useReview()
  const panels = usePanels()
  const settings = useSettings().data
  const { mutate: changeSettings } = useChangeSettings()

  const sizeBy = (step: number) => {
    if (!settings) return
    changeSettings({ tileSize: Math.min(512, Math.max(96, Math.round((settings.tileSize * step) / 8) * 8)) })
  }
  const toGrid = () => goTo({ page: 'batch', batchId, tileId: null })
  const goUp = () => {
    const { selection, focusId } = session.state()
    if (panels.dimmed) panels.show({ dimmed: false })
    else if (panels.trayOpen) panels.show({ trayOpen: false })
    else if (kind !== 'grid') toGrid()
    else if (selection.ids.size > 0) session.focus(focusId, anchoredAt(focusId))
    else if (isFiltering(filter)) onFilter({})
  }
  const open = (view: SideBySide | null) => {
    if (!view) return
    const { focusId, selection } = session.state()
    // Compare looks at the challenger: it is the one to be decided.
    const active = view.kind === 'compare' ? (view.tileIds[1] ?? view.tileIds[0] ?? focusId) : focusId
    session.focus(active, selection)
    goTo({ page: 'batch', batchId, tileId: null, view })
  }
  const openLoupe = () => {
    const { focusId } = session.state()
    if (focusId !== null) onOpenLoupe(focusId)
  }
  const withFocus = (act: (tileId: number) => void) => () => {
    const { focusId } = session.state()
    if (focusId !== null) act(focusId)
  }

  useCommands({
    openGrid: toGrid,
    openLoupe,
    openTile: openLoupe,
    ...(kind !== 'compare' && { compare: () => open(compareView(session.state())) }),
    survey: () => open(surveyView(session.state(), false)),
    siblings: () => open(surveyView(session.state(), true)),
    shootOut: () => open({ kind: 'shoot-out' }),
    ...(kind === 'grid' &&
      settings?.grouped === true && {
        stack: withFocus(session.toggleStack),
        stacks: () => session.closeAllStacks(session.state().stacks.size === 0),
      }),
    overlays: () => {
      const at = overlays.indexOf(settings?.overlay ?? 'decision')
      const overlay = overlays[(at + 1) % overlays.length] ?? 'decision'
      changeSettings({ overlay })
      session.say(`Overlay: ${overlayNames[overlay]}`)
    },
    smaller: () => sizeBy(1 / 1.2),
    larger: () => sizeBy(1.2),
    filterBar: () => panels.show({ filterShown: !panels.filterShown }),
    clearFilter: () => onFilter({}),
    history: () =>
      panels.show({ historyShown: !panels.historyShown, ...(!panels.historyShown && { detailsShown: true }) }),
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
