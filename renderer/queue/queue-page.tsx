import { messageOf } from '#shared/errors.ts'
import { useQueueControl } from '../api/changes.ts'
import { useBatches, useQueue, useRemoteBatches } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { useKeyOf } from '../keys/command-center.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { notifyError } from '../ui/toast.tsx'
import { BatchCard } from './batch-card.tsx'
import { LaneCard } from './lane-card.tsx'
import styles from './queue-page.module.css'
import { listedBatches } from './queue-text.ts'
import { RemoteBatches } from './remote-batches.tsx'

/** What runs, waits, stands still and failed, with the next step beside each. */
export const QueuePage = () => {
  const queue = useQueue()
  const batches = useBatches()
  const remotes = useRemoteBatches({ open: false }).data ?? []
  const failed = [queue, batches].find((query) => query.isError)
  if (failed) {
    return (
      <EmptyState
        icon="warning"
        title="The queue could not be read"
        actions={<Button onClick={() => Promise.all([queue.refetch(), batches.refetch()])}>Try again</Button>}
      >
        {messageOf(failed.error)}
      </EmptyState>
    )
  }
  if (!queue.data || !batches.data) {
    return (
      <div className={styles.page} role="status" aria-label="Reading the queue">
        <Skeleton lines={3} look="box" />
        <Skeleton lines={8} look="box" />
      </div>
    )
  }
  const listed = listedBatches(queue.data, batches.data)
  const { lanes } = queue.data
  if (listed.length === 0 && remotes.length === 0 && lanes.every((lane) => lane.paused === null)) {
    return (
      <EmptyState
        icon="queue"
        title="Nothing is waiting"
        actions={<LinkButton href={hrefOf({ page: 'library' })}>To the library</LinkButton>}
      >
        Every draft and every full size that was asked for is made, and nothing failed.
      </EmptyState>
    )
  }
  const working = listed.filter(({ work }) => work !== null && work.left > 0)
  return (
    <div className={styles.page}>
      <header className={styles.head}>
        <h2>Queue</h2>
        <span className={styles.grow} />
        {working.length > 0 && <PauseAll isPaused={working.every(({ work }) => work?.paused)} />}
      </header>
      {lanes.length > 0 && (
        <section aria-labelledby="lanes-title">
          <h2 id="lanes-title" className={classNames('small-heading', styles.title)}>
            Providers
          </h2>
          <ul className={styles.lanes}>
            {lanes.map((lane) => (
              <li key={lane.provider}>
                <LaneCard lane={lane} />
              </li>
            ))}
          </ul>
        </section>
      )}
      <RemoteBatches />
      {listed.length > 0 && (
        <section aria-labelledby="batches-title">
          <h2 id="batches-title" className={classNames('small-heading', styles.title)}>
            Batches
          </h2>
          <ul className={styles.batches}>
            {listed.map((each, index) => (
              <li key={each.status.batchId}>
                <BatchCard {...each} isFirst={index === 0} />
              </li>
            ))}
          </ul>
        </section>
      )}
    </div>
  )
}

const PauseAll = ({ isPaused }: { isPaused: boolean }) => {
  const control = useQueueControl()
  const keyOf = useKeyOf()
  return (
    <Button
      icon={isPaused ? 'play' : 'pause'}
      keys={keyOf('pause')}
      disabled={control.isPending}
      onClick={() =>
        control.mutate(
          { action: isPaused ? 'resume' : 'pause', of: { kind: 'all' } },
          { onError: (error) => notifyError('The queue could not be paused or resumed', error) },
        )
      }
    >
      {isPaused ? 'Resume all' : 'Pause all'}
    </Button>
  )
}
