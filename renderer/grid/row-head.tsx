import { memo } from 'react'
import { useTileView } from '../review/session-context.tsx'
import styles from './grid.module.css'

/** The name of a row and its prompt, above the row's first tile. Cells carry the same words for a screen reader. */
export const RowHead = memo(function RowHead({
  firstId,
  row,
  left,
  width,
}: {
  firstId: number
  row: number
  left: number
  width: number
}) {
  const { tile } = useTileView(firstId)
  return (
    <div className={styles.head} style={{ left, width }} data-dims="" aria-hidden="true">
      <b>{tile?.label ?? `row ${row}`}</b>
      <span>{tile?.prompt}</span>
    </div>
  )
})
