import type { Matrix } from '#shared/contract/tiles.ts'
import { Picture } from '../grid/picture.tsx'
import tileStyles from '../grid/tile.module.css'
import { TileCard } from '../grid/tile-card.tsx'
import { stateText, tileName } from '../grid/tile-text.ts'
import { useReview, useTileView } from '../review/session-context.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './shoot-out.module.css'

type Cell = Matrix['rows'][number]['cells'][number]

const gap = 8
const padding = 4
/** The side of a cell's only tile, and of each of four in two lines, in CSS pixels: a row is never higher. */
const largest = 148
const smallest = 70

/** Tiles beside each other as large as the cell allows; more than two go in two lines where one would make them tiny. */
function sideFor(count: number, width: number): number {
  const beside = Math.floor((width - 2 * padding - gap * (count - 1)) / Math.max(1, count))
  return Math.min(largest, beside >= smallest ? beside : smallest)
}

/** One place of the matrix with its tiles, what was approved first. `width` in CSS pixels. */
export const MatrixCell = ({
  cell: { tileIds, count },
  width,
  onOpen,
}: {
  cell: Cell
  width: number
  onOpen: (tileId: number) => void
}) => (
  // biome-ignore lint/a11y/useSemanticElements: see the matrix
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active tile
  <div className={styles.cell} role="gridcell">
    {tileIds.map((tileId) => (
      <CellTile key={tileId} tileId={tileId} size={sideFor(tileIds.length, width)} onOpen={onOpen} />
    ))}
    {count === 0 && <span className={styles.none}>–</span>}
    {count > tileIds.length && (
      <span className={styles.more}>and {(count - tileIds.length).toLocaleString('en-US')} more</span>
    )}
  </div>
)

const CellTile = ({ tileId, size, onOpen }: { tileId: number; size: number; onOpen: (tileId: number) => void }) => {
  const session = useReview()
  const { tile, said, isFocused } = useTileView(tileId)
  const name = tile && (tile.image ? tileName(tile, said) : `${tile.label}, ${stateText(tile).title}`)
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: its keys are commands, heard on the window
    // biome-ignore lint/a11y/noStaticElementInteractions: it has one role or the other
    // biome-ignore lint/a11y/useAriaPropsSupportedByRole: both take a name; a card holds buttons, so it is no image
    <div
      id={`cell-${tileId}`}
      className={classNames(tileStyles.tile, isFocused && tileStyles.focused)}
      style={{ width: size, height: size }}
      role={tile && !tile.image ? 'group' : 'img'}
      aria-label={name ?? 'Loading'}
      onClick={() => session.focus(tileId)}
      onDoubleClick={() => onOpen(tileId)}
    >
      {tile?.image && <Picture tile={tile} image={tile.image} said={said} size={size} overlay="decision" />}
      {tile && !tile.image && <TileCard tile={tile} size={size} isFocused={isFocused} />}
    </div>
  )
}
