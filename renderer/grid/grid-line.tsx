import { memo } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import type { TileList } from '../review/tile-list.ts'
import styles from './grid.module.css'
import { gap } from './layout.ts'
import { RowHead } from './row-head.tsx'
import { Tile } from './tile.tsx'

interface GridLineProps {
  readonly number: number
  readonly start: number
  readonly end: number
  readonly top: number
  readonly head: number
  readonly size: number
  readonly isReady: boolean
  readonly list: TileList
  /** The top tile of a closed stack -> how many tiles it stands for. */
  readonly stackSizes: ReadonlyMap<number, number>
  readonly overlay: Settings['overlay']
}

/** One line of tiles, with the heads of the rows that begin in it. */
export const GridLine = memo(function GridLine({
  number,
  start,
  end,
  top,
  head,
  size,
  isReady,
  list,
  stackSizes,
  overlay,
}: GridLineProps) {
  const place = { transform: `translateY(${top}px)`, height: head + size }
  if (!isReady) {
    const width = (end - start) * (size + gap) - gap
    return (
      <div className={styles.line} style={place} role="presentation">
        <div className={styles.unready} style={{ top: head, width, height: size, backgroundSize: `${size + gap}px` }} />
      </div>
    )
  }
  const ids = list.ids.slice(start, end)
  return (
    <div className={styles.line} style={place} role="presentation">
      {head > 0 &&
        headsOf(list, start, end).map(({ run, at, count }) => (
          <RowHead
            key={run}
            firstId={list.ids[start + at] ?? 0}
            row={list.runs[run]?.[0] ?? 0}
            left={at * (size + gap)}
            width={Math.min(count, end - start - at) * (size + gap) - gap}
          />
        ))}
      {/* biome-ignore lint/a11y/useSemanticElements: see the grid */}
      {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */}
      <div className={styles.tiles} style={{ top: head }} role="row" aria-rowindex={number + 1}>
        {ids.map((id, column) => (
          <Tile
            key={id}
            tileId={id}
            column={column + 1}
            size={size}
            overlay={overlay}
            stacked={stackSizes.get(id) ?? 1}
          />
        ))}
      </div>
    </div>
  )
})

/** The rows that begin between two indexes: the run, its first tile's column, and how many tiles it has. */
function headsOf(list: TileList, start: number, end: number): { run: number; at: number; count: number }[] {
  const heads: { run: number; at: number; count: number }[] = []
  for (let run = list.runAt(start); run < list.runs.length && list.runStart(run) < end; run += 1) {
    const at = list.runStart(run) - start
    if (at >= 0) heads.push({ run, at, count: list.runs[run]?.[1] ?? 0 })
  }
  return heads
}
