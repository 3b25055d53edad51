import { Picture } from '../grid/picture.tsx'
import tileStyles from '../grid/tile.module.css'
import { TileCard } from '../grid/tile-card.tsx'
import { stateText, tileName } from '../grid/tile-text.ts'
import { useReview, useTileView } from '../review/session-context.tsx'
import { classNames } from '../ui/class-names.ts'
import { type Cell, shownIn } from './pivot.ts'
import styles from './shoot-out.module.css'

/** Sides of the tiles of a cell in CSS pixels: one large, two or four beside each other. */
const sizes = [148, 148, 112, 76, 76] as const

/** One place of the matrix with its tiles, what was approved first. */
export const MatrixCell = ({ cell, onOpen }: { cell: Cell; onOpen: (tileId: number) => void }) => {
  const shown = shownIn(cell)
  const more = cell.tileIds.length - shown.length
  return (
    // biome-ignore lint/a11y/useSemanticElements: see the matrix
    // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active tile
    <div className={styles.cell} role="gridcell">
      {shown.map((tileId) => (
        <CellTile key={tileId} tileId={tileId} size={sizes[shown.length] ?? 76} onOpen={onOpen} />
      ))}
      {shown.length === 0 && <span className={styles.none}>–</span>}
      {more > 0 && <span className={styles.more}>and {more} more</span>}
    </div>
  )
}

const CellTile = ({ tileId, size, onOpen }: { tileId: number; size: number; onOpen: (tileId: number) => void }) => {
  const session = useReview()
  const { tile, said, isFocused } = useTileView(tileId)
  const name = tile && (tile.image ? tileName(tile, said) : `${tile.label}, ${stateText(tile).title}`)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are commands, heard on the window
    <div
      id={`cell-${tileId}`}
      className={classNames(tileStyles.tile, isFocused && tileStyles.focused)}
      style={{ width: size, height: size }}
      role="img"
      aria-label={name ?? 'Loading'}
      onClick={() => session.focus(tileId)}
      onDoubleClick={() => onOpen(tileId)}
    >
      {tile?.image && <Picture tile={tile} image={tile.image} said={said} size={size} overlay="decision" />}
      {tile && !tile.image && <TileCard tile={tile} size={size} isFocused={false} />}
    </div>
  )
}
