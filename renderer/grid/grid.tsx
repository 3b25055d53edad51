import { type MouseEvent, useEffect, useMemo, useRef } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { useCommands } from '../keys/command-center.tsx'
import { extended, toggled } from '../review/selection.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { useTileMenu } from '../review/tile-menu.tsx'
import { useSize } from '../ui/use-size.ts'
import styles from './grid.module.css'
import { GridLine } from './grid-line.tsx'
import { gap, layOut } from './layout.ts'
import { indexAfter, type Move } from './navigation.ts'
import { boxHeight } from './scroll-scale.ts'
import { useViewport } from './use-viewport.ts'
import { useMadeAhead, useMadeFirst, useWantedTiles } from './use-wanted-tiles.ts'

const padding = 16

/** The grid of drafts. Only the lines near the view are in the page, whatever the batch holds. */
export const Grid = ({
  label,
  wantedSize,
  grouped,
  overlay,
  isCovered,
  onOpen,
}: {
  label: string
  wantedSize: number
  grouped: boolean
  overlay: Settings['overlay']
  /** The loupe lies over it: it keeps its place but takes no keys. */
  isCovered: boolean
  onOpen: (tileId: number) => void
}) => {
  const session = useReview()
  const list = useReviewState((state) => state.grid)
  const stackSizes = useReviewState((state) => state.stackSizes)
  const focusId = useReviewState((state) => state.focusId)
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box)
  const layout = useMemo(
    () => layOut({ list, width: Math.max(0, width - 2 * padding), wantedSize, grouped }),
    [list, width, wantedSize, grouped],
  )
  const { shown, shift, onScroll } = useViewport(box, { list, layout, focusId }, height)
  useWantedTiles(layout, shown)
  useMadeFirst(layout, shown)
  useMadeAhead(box, layout, shown)

  useEffect(() => {
    if (!isCovered) box.current?.focus({ preventScroll: true })
  }, [isCovered])

  const move = (kind: Move, extend: boolean) => {
    const from = Math.max(0, focusId === null ? 0 : list.indexOf(focusId))
    const page = Math.max(1, Math.floor(height / (layout.size + gap)) - 1)
    const toId = list.ids[indexAfter(kind, from, layout, list.ids.length, page)]
    if (toId === undefined) return
    if (extend) session.focus(toId, extended(session.state().selection, list, focusId, toId))
    else session.focus(toId)
  }
  useCommands(
    isCovered
      ? {}
      : {
          left: () => move('left', false),
          right: () => move('right', false),
          up: () => move('up', false),
          down: () => move('down', false),
          pageUp: () => move('pageUp', false),
          pageDown: () => move('pageDown', false),
          first: () => move('first', false),
          last: () => move('last', false),
          extendLeft: () => move('left', true),
          extendRight: () => move('right', true),
          extendUp: () => move('up', true),
          extendDown: () => move('down', true),
          extendFirst: () => move('first', true),
          extendLast: () => move('last', true),
        },
  )

  const onClick = (event: MouseEvent) => {
    const tileId = tileIdAt(event.target)
    if (tileId === null) return
    const { selection } = session.state()
    if (event.shiftKey) session.focus(tileId, extended(selection, list, focusId, tileId))
    else if (event.ctrlKey || event.metaKey) session.focus(tileId, toggled(selection, tileId, focusId))
    else session.focus(tileId)
  }

  const tileMenu = useTileMenu(box, tileIdAt, { isCovered })
  const numbers = Array.from({ length: shown.last - shown.first + 1 }, (_, offset) => shown.first + offset)
  const focusIndex = focusId === null ? -1 : list.indexOf(focusId)
  const focusLine = focusIndex < 0 ? -1 : layout.lineOfIndex(focusIndex)
  if (focusLine >= 0 && (focusLine < shown.first || focusLine > shown.last)) numbers.push(focusLine)

  return (
    <>
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: its keys are commands (keys/commands.ts), heard on the window */}
      {/* biome-ignore lint/a11y/useSemanticElements: a table cannot hold a window onto 50,000 cells; this is the ARIA grid pattern */}
      <div
        ref={box}
        className={styles.box}
        role="grid"
        data-region="grid"
        aria-label={label}
        aria-multiselectable="true"
        aria-rowcount={layout.lineCount}
        aria-colcount={layout.columns}
        aria-activedescendant={focusIndex >= 0 ? `tile-${focusId}` : undefined}
        tabIndex={0}
        inert={isCovered}
        onScroll={onScroll}
        onClick={onClick}
        onContextMenu={tileMenu.onContextMenu}
        onDoubleClick={(event) => {
          const tileId = tileIdAt(event.target)
          if (tileId !== null) onOpen(tileId)
        }}
      >
        <div className={styles.content} role="presentation" style={{ height: boxHeight(layout.height) }}>
          {numbers.map((number) => {
            const line = layout.line(number)
            return (
              <GridLine
                key={number}
                number={number}
                start={line.start}
                end={line.end}
                top={line.top + shift}
                head={line.head}
                size={layout.size}
                isReady={shown.ready.has(number) || number === focusLine}
                list={list}
                stackSizes={stackSizes}
                overlay={overlay}
              />
            )
          })}
        </div>
      </div>
      {tileMenu.menu}
    </>
  )
}

/** The tile under a pointer event; `null` beside tiles and on the buttons of a card. */
function tileIdAt(target: EventTarget): number | null {
  if (!(target instanceof Element) || target.closest('button')) return null
  const id = target.closest('[data-tile]')?.getAttribute('data-tile')
  return id ? Number(id) : null
}
