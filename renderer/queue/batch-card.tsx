import { useState } from 'react'
import { holdReasons } from '#shared/job-state.ts'
import { useQueueControl, useRelease } from '../api/changes.ts'
import { hrefOf } from '../app/router.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Meter } from '../ui/meter.tsx'
import { atText, countText } from '../ui/time-text.ts'
import { notifyError } from '../ui/toast.tsx'
import { useNow } from '../ui/use-now.ts'
import { Failures } from './failures.tsx'
import styles from './queue-page.module.css'
import { holdText, type ListedBatch, troubleCount, workLine } from './queue-text.ts'
import { failuresId } from './remote-card.tsx'

/** A batch in the queue: how far it is, what holds it, what can be done, and its failures. */
export const BatchCard = ({ status, work, isFirst }: ListedBatch & { isFirst: boolean }) => (
  <article className={styles.batch} aria-label={status.batch}>
    <div className={styles.line}>
      <a className={styles.name} href={hrefOf({ page: 'batch', batchId: status.batchId, tileId: null })}>
        {status.batch}
      </a>
      <span className={styles.dim}>
        {(work && workLine(work, status.remote)) || countText(troubleCount(status), 'failure')}
      </span>
      <span className={styles.grow} />
      {work && work.left > 0 && <BatchControls {...{ work, isFirst }} />}
    </div>
    <Made status={status} />
    {work?.startsMs !== undefined && <Scheduled work={work} startsMs={work.startsMs} />}
    {work && <Holds work={work} />}
    {troubleCount(status) > 0 && (
      <div id={failuresId(status.batchId)}>
        <Failures batchId={status.batchId} currency={status.currency} />
      </div>
    )}
  </article>
)

/** How much is made and how much is in trouble, drafts and finals together: deciding is for other pages. */
const Made = ({ status: { drafts, finals } }: Pick<ListedBatch, 'status'>) => {
  const sum = (of: (counts: typeof drafts) => number) => of(drafts) + of(finals)
  const done = sum((counts) => counts.done)
  const whole = sum(({ failed, unknown, held, left }) => failed + unknown + held + left) + done
  return (
    <Meter
      label={`${done} of ${whole} made`}
      whole={whole}
      parts={[
        { look: 'accent', value: done },
        { look: 'warn', value: sum(({ failed, unknown }) => failed + unknown) },
      ]}
    />
  )
}

type Work = NonNullable<ListedBatch['work']>

const BatchControls = ({ work, isFirst }: { work: Work; isFirst: boolean }) => {
  const [asks, setAsks] = useState(false)
  const control = useQueueControl()
  const act = (action: 'pause' | 'resume' | 'cancel' | 'front') =>
    control.mutate(
      { action, of: { kind: 'batch', batchId: work.batchId } },
      { onError: (error) => notifyError(`${work.name} could not be changed`, error) },
    )
  return (
    <>
      {!isFirst && (
        <Button look="quiet" icon="sort" disabled={control.isPending} onClick={() => act('front')}>
          To the front
        </Button>
      )}
      <Button
        look="quiet"
        icon={work.paused ? 'play' : 'pause'}
        disabled={control.isPending}
        onClick={() => act(work.paused ? 'resume' : 'pause')}
      >
        {work.paused ? 'Resume' : 'Pause'}
      </Button>
      <Button look="quiet" icon="cross" disabled={control.isPending} onClick={() => setAsks(true)}>
        Cancel
      </Button>
      <Dialog
        title={`Cancel what is left of ${work.name}?`}
        open={asks}
        onClose={() => setAsks(false)}
        width="small"
        foot={
          <>
            <Button onClick={() => setAsks(false)}>Go on making it</Button>
            <Button
              look="danger"
              onClick={() => {
                setAsks(false)
                act('cancel')
              }}
            >
              Cancel {work.left.toLocaleString('en-US')}
            </Button>
          </>
        }
      >
        What is made stays, with its decisions. Requests that are out are waited for; batches at providers are stopped,
        and what they have made by then is kept and charged.
      </Dialog>
    </>
  )
}

/** What waits for its time. Canceling it is canceling what is left of the batch, above. */
const Scheduled = ({ work, startsMs }: { work: Work; startsMs: number }) => {
  const control = useQueueControl()
  const nowMs = useNow(true, 15_000)
  return (
    <div className={styles.hold}>
      <Icon name="clock" />
      <span>Starts {atText(startsMs, nowMs)}. Proofsheet has to run then.</span>
      <span className={styles.grow} />
      <Button
        icon="play"
        disabled={control.isPending}
        onClick={() =>
          control.mutate(
            { action: 'start', of: { kind: 'batch', batchId: work.batchId } },
            { onError: (error) => notifyError(`${work.name} could not be started`, error) },
          )
        }
      >
        Start now
      </Button>
    </div>
  )
}

const Holds = ({ work }: { work: Work }) => {
  const release = useRelease()
  return holdReasons.map((reason) => {
    const count = work.held[reason] ?? 0
    if (count === 0) return null
    const hold = holdText(reason, count)
    return (
      <div key={reason} className={styles.hold}>
        <span>{hold.text}</span>
        <span className={styles.grow} />
        {hold.settings && (
          <LinkButton href={hrefOf({ page: 'settings' })} look="quiet" icon="gear">
            {hold.settings === 'money' ? 'Raise the cap' : 'Enter a price'}
          </LinkButton>
        )}
        {hold.release && (
          <Button
            disabled={release.isPending}
            onClick={() =>
              release.mutate(
                { batchId: work.batchId, reason },
                { onError: (error) => notifyError(`${work.name} could not go on`, error) },
              )
            }
          >
            {hold.release}
          </Button>
        )}
      </div>
    )
  })
}
