import type { Lane } from '#shared/contract/generation.ts'
import { useQueueControl } from '../api/changes.ts'
import { hrefOf } from '../app/router.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Meter } from '../ui/meter.tsx'
import { notifyError } from '../ui/toast.tsx'
import { useNow } from '../ui/use-now.ts'
import styles from './queue-page.module.css'
import { laneLine } from './queue-text.ts'

/** A provider's line of work: its slots, what waits, its limits; where it stands still, why and what to do. */
export const LaneCard = ({ lane }: { lane: Lane }) => {
  const control = useQueueControl()
  const nowMs = useNow(lane.waitUntilMs !== null)
  const act = (action: 'pause' | 'resume') =>
    control.mutate(
      { action, of: { kind: 'provider', provider: lane.provider } },
      { onError: (error) => notifyError(`${lane.label} could not be ${action}d`, error) },
    )
  // What a person has to put right in the settings first; a pause of her own has no code.
  const needsSettings = lane.paused?.code === 'auth' || lane.paused?.code === 'quota'
  return (
    <article className={styles.lane} aria-label={lane.label}>
      <div className={styles.line}>
        <b>{lane.label}</b>
        <span className={styles.grow} />
        {needsSettings && (
          <LinkButton href={hrefOf({ page: 'settings' })} look="quiet" icon="gear">
            Open settings
          </LinkButton>
        )}
        <Button
          look="quiet"
          icon={lane.paused ? 'play' : 'pause'}
          disabled={control.isPending}
          onClick={() => act(lane.paused ? 'resume' : 'pause')}
        >
          {lane.paused ? 'Resume' : 'Pause'}
        </Button>
      </div>
      <Meter
        label={`${lane.running} of ${lane.concurrency} slots in use`}
        whole={lane.concurrency}
        parts={[{ look: 'accent', value: lane.running }]}
      />
      {lane.paused ? (
        <p className={styles.warn}>Paused: {lane.paused.message}</p>
      ) : (
        <p className={styles.dim}>{laneLine(lane, nowMs)}</p>
      )}
    </article>
  )
}
