import { useEffect, useRef } from 'react'
import { Picture } from '../grid/picture.tsx'
import tileStyles from '../grid/tile.module.css'
import { TileCard } from '../grid/tile-card.tsx'
import { useReviewState, useTileView } from '../review/session-context.tsx'
import { classNames } from '../ui/class-names.ts'
import styles from './loupe.module.css'

const size = 72
/** A row of more tiles shows this many on each side of the one in focus. */
const each = 24

/** The row of the picture that shows. */
export const Filmstrip = ({ focusId, onChoose }: { focusId: number; onChoose: (tileId: number) => void }) => {
  const list = useReviewState((state) => state.list)
  const index = list.indexOf(focusId)
  if (index < 0) return null
  const run = list.runAt(index)
  const from = Math.max(list.runStart(run), index - each)
  const to = Math.min(list.runStart(run + 1), index + each + 1)
  return (
    <div className={styles.strip} data-region="filmstrip" data-dims="" aria-hidden="true">
      {list.ids.slice(from, to).map((tileId) => (
        <Frame key={tileId} tileId={tileId} onChoose={onChoose} />
      ))}
    </div>
  )
}

const Frame = ({ tileId, onChoose }: { tileId: number; onChoose: (tileId: number) => void }) => {
  const { tile, said, isFocused } = useTileView(tileId)
  const frame = useRef<HTMLButtonElement>(null)
  useEffect(() => {
    if (isFocused) frame.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [isFocused])
  return (
    <button
      ref={frame}
      type="button"
      tabIndex={-1}
      className={classNames(styles.frame, tileStyles.tile, isFocused && tileStyles.focused)}
      style={{ width: size, height: size }}
      onClick={() => onChoose(tileId)}
    >
      {tile?.image && <Picture tile={tile} image={tile.image} said={said} size={size} overlay="decision" />}
      {tile && !tile.image && <TileCard tile={tile} size={size} isFocused={false} />}
    </button>
  )
}
