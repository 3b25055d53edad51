import type { Tile } from '#shared/contract/tiles.ts'
import { wordDiff } from '#shared/word-diff.ts'
import { mediaUrl } from '../api/host.ts'
import { DiffText } from '../ui/diff-text.tsx'
import styles from './details-pane.module.css'

/** What was made for this row before its sheet changed, with what the prompt was then. */
export const EarlierAttempts = ({ tile }: { tile: Tile }) => {
  const { earlier = [] } = tile
  if (earlier.length === 0) return null
  return (
    <section className={styles.finals}>
      <h2 className="small-heading">Before the sheet changed</h2>
      {earlier.map(({ prompt, image }) => (
        <div key={image.id} className={styles.final}>
          <img src={mediaUrl(image, 'small')} alt="" loading="lazy" decoding="async" />
          <div className={styles.finalText}>
            <span>
              <DiffText pieces={wordDiff(prompt, tile.prompt)} />
            </span>
            <span>{image.decision}</span>
          </div>
        </div>
      ))}
    </section>
  )
}
