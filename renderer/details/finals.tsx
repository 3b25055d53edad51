import type { Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'
import { mediaUrl } from '../api/host.ts'
import { useReviewActions } from '../review/session-context.tsx'
import { Button } from '../ui/button.tsx'
import styles from './details-pane.module.css'

const goingText = {
  live: 'A final is being made.',
  waiting: 'A final waits to go in a batch: it comes within a day of that.',
  out: 'A final is at its provider in a batch: it comes within a day.',
} as const

/** The finals made from a draft, the newest first; one that was redrawn waits for its own decision. */
export const Finals = ({ tile }: { tile: Tile }) => {
  const actions = useReviewActions()
  if (!tile.image) return null
  return (
    <section className={styles.finals}>
      <h2 className="small-heading">Finals</h2>
      {tile.finalState !== null && tile.finalState !== 'done' && (
        <p className={styles.muted}>
          {tile.finalFailure ? `A final failed: ${tile.finalFailure.message}` : goingText[tile.finalRemote ?? 'live']}
        </p>
      )}
      {tile.finals.length === 0 && tile.finalState === null && <p className={styles.muted}>None yet.</p>}
      {tile.finals.map((final) => (
        <div key={final.id} className={styles.final}>
          <img src={mediaUrl(final, 'small')} alt="" loading="lazy" decoding="async" />
          <div className={styles.finalText}>
            <b>
              {final.width} × {final.height}
            </b>
            <span>
              {final.provider}/{final.model}
            </span>
            <span>
              {final.redrawn ? 'redrawn' : 'the same picture, larger'}, {final.decision},{' '}
              {final.settledMicros === 0 ? 'free' : moneyText(final.settledMicros, tile.currency)}
            </span>
            {final.decision === 'undecided' && (
              <div className={styles.actions}>
                <Button icon="check" onClick={() => actions.markImage({ kind: 'approve' }, final.id)}>
                  Approve
                </Button>
                <Button icon="cross" onClick={() => actions.markImage({ kind: 'reject' }, final.id)}>
                  Reject
                </Button>
              </div>
            )}
          </div>
        </div>
      ))}
    </section>
  )
}
