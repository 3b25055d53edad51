import type { BatchStatus } from '#shared/contract/batches.ts'
import { moneyText } from '#shared/money.ts'
import { useChangeSettings } from '../api/changes.ts'
import { isApple } from '../api/host.ts'
import { useSettings } from '../api/queries.ts'
import { Figure, StatusBar } from '../app/status-bar.tsx'
import { waitingText } from '../batches/batch-line.ts'
import { useKeyOf } from '../keys/command-center.tsx'
import { keyLabel } from '../keys/key-label.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { durationText } from '../ui/time-text.ts'
import { Tip } from '../ui/tooltip.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './batch-page.module.css'
import { targetText } from './target-text.ts'

const whole = (number: number) => number.toLocaleString('en-US')

/** The target of the next key, what is decided, the money, and how far the queue is. */
export const BatchStatusBar = ({ batch, isOne }: { batch: BatchStatus | undefined; isOne: boolean }) => {
  const session = useReview()
  const target = useReviewState(() => targetText(session, isOne))
  const sending = useReviewState((state) => state.sending)
  const settings = useSettings().data
  const keyOf = useKeyOf()
  const approveKey = keyOf('approve')
  const advances = (isOne ? settings?.autoAdvanceLoupe : settings?.autoAdvanceGrid) ?? false
  const { mutate: changeSettings } = useChangeSettings()
  const toggleAdvance = () => changeSettings(isOne ? { autoAdvanceLoupe: !advances } : { autoAdvanceGrid: !advances })
  const left = (
    <>
      {target === '' ? (
        'No picture to decide here yet'
      ) : (
        <>
          {approveKey && <b>{keyLabel(approveKey, isApple)}</b>} {target}
        </>
      )}
      {' · '}
      <Tip text="Move on after a decision" keys={keyOf('autoAdvance')} side="top">
        <button type="button" className={styles.toggle} aria-pressed={advances} onClick={toggleAdvance}>
          auto-advance {advances ? 'on' : 'off'}
        </button>
      </Tip>
      {sending > 3 && ` · storing ${whole(sending)}`}
    </>
  )
  const nowMs = useNow(batch?.startsMs !== undefined, 60_000)
  if (!batch) return <StatusBar left={left} />
  const saved = batch.savedMicros.draftsFirst + batch.savedMicros.duplicates + batch.savedMicros.cache
  return (
    <StatusBar left={left}>
      <span className={styles.secondary}>{queueText(batch, nowMs)}</span>
      <Figure value={whole(batch.decisions.approved)}>approved</Figure>
      <Figure value={whole(batch.decisions.rejected)}>rejected</Figure>
      <Figure value={whole(batch.decisions.undecided)}>undecided</Figure>
      <span>
        spent <b>{moneyText(batch.settledMicros, batch.currency)}</b>
        {batch.capMicros !== null && ` of ${moneyText(batch.capMicros, batch.currency)}`}
      </span>
      {saved > 0 && (
        <span className={styles.secondary}>
          saved <b>{moneyText(saved, batch.currency)}</b>
        </span>
      )}
    </StatusBar>
  )
}

/** Empty where nothing is left to make. */
function queueText(batch: BatchStatus, nowMs: number): string {
  const left = batch.drafts.left + batch.finals.left
  if (left === 0) return batch.drafts.held > 0 ? `${whole(batch.drafts.held)} held` : ''
  if (batch.paused) return `paused, ${whole(left)} left`
  const waiting = waitingText(batch, nowMs)
  if (waiting !== null) return waiting
  return batch.timeLeftMs === null ? `${whole(left)} left` : `${whole(left)} left, ${durationText(batch.timeLeftMs)}`
}
