import type { DiffPiece } from '#shared/word-diff.ts'
import styles from './diff-text.module.css'

/** Two texts laid over each other: what went is struck out, what came is underlined. */
export const DiffText = ({ pieces }: { pieces: readonly DiffPiece[] }) => (
  <>
    {pieces.map(({ kind, text }, at) => {
      // Pieces are never moved: their place is who they are.
      const key = `${at} ${kind}`
      if (kind === 'same') return <span key={key}>{text}</span>
      return kind === 'added' ? (
        <ins key={key} className={styles.added}>
          {text}
        </ins>
      ) : (
        <del key={key} className={styles.removed}>
          {text}
        </del>
      )
    })}
  </>
)
