import { useMemo } from 'react'
import styles from './details-pane.module.css'
import { promptPieces } from './prompt-pieces.ts'

/** The prompt, with what came from the sheet's columns picked out. */
export const PromptText = ({ prompt, values }: { prompt: string; values: readonly string[] }) => {
  const pieces = useMemo(() => promptPieces(prompt, values), [prompt, values])
  return (
    <p className={styles.prompt}>
      {pieces.map((piece, index) =>
        piece.isValue ? (
          // biome-ignore lint/suspicious/noArrayIndexKey: pieces have no identity but their place
          <span key={index} className={styles.value}>
            {piece.text}
          </span>
        ) : (
          piece.text
        ),
      )}
    </p>
  )
}
