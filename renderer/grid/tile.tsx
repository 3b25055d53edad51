import { memo } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { useTileView } from '../review/session-context.tsx'
import type { TileView } from '../review/tile-view.ts'
import { classNames } from '../ui/class-names.ts'
import { Picture } from './picture.tsx'
import styles from './tile.module.css'
import { TileCard } from './tile-card.tsx'
import { tileName } from './tile-text.ts'

/** A picture says nothing by itself; a card is named by its own words. */
const cellName = (tile: TileView['tile'], said: TileView['said']): string | undefined => {
  if (!tile) return 'Loading'
  return tile.image ? tileName(tile, said) : undefined
}

/** One place in the grid: its picture with what was said of it, or a card that says why there is none. */
export const Tile = memo(function Tile({
  tileId,
  column,
  size,
  overlay,
}: {
  tileId: number
  column: number
  size: number
  overlay: Settings['overlay']
}) {
  const { tile, said, isFocused, isSelected } = useTileView(tileId)
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the grid
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
    <div
      id={`tile-${tileId}`}
      data-tile={tileId}
      className={classNames(styles.tile, isSelected && styles.selected, isFocused && styles.focused)}
      style={{ width: size, height: size }}
      role="gridcell"
      aria-colindex={column}
      aria-selected={isSelected}
      aria-label={cellName(tile, said)}
    >
      {tile?.image && <Picture tile={tile} image={tile.image} said={said} size={size} overlay={overlay} />}
      {tile && !tile.image && (
        <>
          <span className="visually-hidden">{`${tile.label}, variant ${tile.variant}: `}</span>
          <TileCard tile={tile} size={size} isFocused={isFocused} />
        </>
      )}
    </div>
  )
})
