import { useState } from 'react'
import { useHeld } from '../keys/command-center.tsx'
import { useReviewState, useTileView } from '../review/session-context.tsx'
import styles from './loupe.module.css'
import { Stage } from './stage.tsx'
import { type Look, wholePicture } from './zoom.ts'

/** The picture in focus at 100 % over the grid, while the key is held down. */
export const Peek = () => {
  const isPeeking = useHeld('peek')
  const focusId = useReviewState((state) => state.focusId)
  return isPeeking && focusId !== null ? <PeekOf tileId={focusId} /> : null
}

const PeekOf = ({ tileId }: { tileId: number }) => {
  const { tile } = useTileView(tileId)
  const [look, setLook] = useState<Look>({ ...wholePicture, isFull: true })
  if (!tile?.image) return null
  return (
    <div className={styles.peek} aria-hidden="true">
      <Stage image={tile.image} look={look} onLook={setLook} />
    </div>
  )
}
