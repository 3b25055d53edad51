import { memo } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { useReview, useTileView } from '../review/session-context.tsx'
import type { TileView } from '../review/tile-view.ts'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import { Picture } from './picture.tsx'
import styles from './tile.module.css'
import { TileCard } from './tile-card.tsx'
import { tileName } from './tile-text.ts'

/** A picture says nothing by itself; a card is named by its own words. */
const cellName = (tile: TileView['tile'], said: TileView['said'], stacked: number): string | undefined => {
  if (!tile) return 'Loading'
  if (!tile.image) return undefined
  return stacked > 1 ? `Stack of ${stacked}: ${tileName(tile, said)}` : tileName(tile, said)
}

/** One place in the grid: its picture with what was said of it, or a card that says why there is none. */
export const Tile = memo(function Tile({
  tileId,
  column,
  size,
  overlay,
  stacked,
}: {
  tileId: number
  column: number
  size: number
  overlay: Settings['overlay']
  /** How many tiles it stands for: more than 1 on top of a closed stack. */
  stacked: number
}) {
  const { tile, said, isFocused, isSelected } = useTileView(tileId)
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
    <div
      id={`tile-${tileId}`}
      data-tile={tileId}
      className={classNames(
        styles.tile,
        isSelected && styles.selected,
        isFocused && styles.focused,
        stacked > 1 && styles.stack,
      )}
      style={{ width: size, height: size }}
      role="gridcell"
      aria-colindex={column}
      aria-selected={isSelected}
      aria-label={cellName(tile, said, stacked)}
    >
      {tile?.image && <Picture tile={tile} image={tile.image} said={said} size={size} overlay={overlay} />}
      {tile && !tile.image && (
        <>
          <span className="visually-hidden">{`${tile.label}, variant ${tile.variant}: `}</span>
          <TileCard tile={tile} size={size} isFocused={isFocused} />
        </>
      )}
      {tile && stacked > 1 && <StackButton tileId={tileId} count={stacked} />}
    </div>
  )
})

/** How many drafts a closed stack holds; a press opens it. The key S does the same. */
const StackButton = ({ tileId, count }: { tileId: number; count: number }) => {
  const session = useReview()
  return (
    <button
      type="button"
      tabIndex={-1}
      className={styles.count}
      aria-label={`Open the stack of ${count}`}
      onClick={() => session.toggleStack(tileId)}
    >
      <Icon name="stacks" size={12} /> {count}
    </button>
  )
}
