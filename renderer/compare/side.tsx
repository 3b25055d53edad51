import { TileCard } from '../grid/tile-card.tsx'
import { LoupeMarks } from '../loupe/loupe-marks.tsx'
import { Stage } from '../loupe/stage.tsx'
import type { Look } from '../loupe/zoom.ts'
import { useTileView } from '../review/session-context.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './side.module.css'

/** One picture of several that are looked at together; a press on it makes it the active one, which marks are about. */
export const Side = ({
  name,
  tileId,
  look,
  onLook,
  widest,
  onChoose,
  dims = false,
}: {
  /** What it is among the others: `Champion`. */
  name: string
  tileId: number
  look: Look
  onLook: (look: Look) => void
  widest: number
  onChoose: (tileId: number) => void
  /** What was rejected steps back. */
  dims?: boolean
}) => {
  const { tile, said, isFocused } = useTileView(tileId)
  const words = tile
    ? `${tile.label}, variant ${tile.variant}, ${tile.image ? said.decision : 'no picture'}`
    : 'loading'
  return (
    <figure
      className={classNames(
        styles.side,
        isFocused && styles.active,
        dims && said.decision === 'rejected' && styles.rejected,
      )}
      aria-label={`${name}: ${words}${isFocused ? ', active' : ''}`}
      onPointerDownCapture={() => {
        if (!isFocused) onChoose(tileId)
      }}
    >
      <div className={styles.stage}>
        {tile?.image && <Stage image={tile.image} look={look} onLook={onLook} widest={widest} />}
        {tile && !tile.image && (
          <div className={styles.card}>
            <TileCard tile={tile} size={240} isFocused={isFocused} />
          </div>
        )}
        {tile && <LoupeMarks said={said} />}
      </div>
      <figcaption className={styles.name}>
        <b>{name}</b> {tile ? `variant ${tile.variant}, ${tile.provider}/${tile.model}` : ' '}
      </figcaption>
    </figure>
  )
}
