import type { Lane } from '#shared/contract/generation.ts'
import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import { useQueue, useRemoteBatches } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { doneOf } from '../queue/remote-text.ts'
import { atText, countText, durationText } from '../ui/time-text.ts'
import { useNow } from '../ui/use-now.ts'
import styles from './batches-pane.module.css'

/** The queue in short: a line per provider that works, waits, or stands still. */
export const Lanes = () => {
  const queue = useQueue()
  const lanes = queue.data?.lanes.filter((lane) => lane.running > 0 || lane.waiting > 0 || lane.paused !== null) ?? []
  const nowMs = useNow(lanes.some((lane) => lane.waitUntilMs !== null))
  const remotes = useRemoteBatches({ open: true }).data ?? []
  const starts = queue.data?.batches.flatMap(({ startsMs }) => startsMs ?? []) ?? []
  return (
    <>
      <div className={styles.head}>
        <h2 className="small-heading">Queue</h2>
      </div>
      {queue.data && lanes.length + remotes.length + starts.length === 0 && (
        <p className={styles.none}>Nothing is waiting.</p>
      )}
      <ul>
        {lanes.map((lane) => (
          <li key={lane.provider}>
            <a className={styles.lane} href={hrefOf({ page: 'queue' })}>
              {lane.paused ? (
                <span className={styles.trouble}>
                  {lane.label} paused: {lane.paused.message}
                </span>
              ) : (
                <>
                  {lane.label} <span className={styles.line}>{laneText(lane, nowMs)}</span>
                </>
              )}
            </a>
          </li>
        ))}
        {[...Map.groupBy(remotes, ({ label }) => label)].map(([label, list]) => (
          <li key={label}>
            <a className={styles.lane} href={hrefOf({ page: 'queue' })}>
              {list.length > 1 ? `${countText(list.length, 'batch', 'batches')} at ${label}` : `Batch at ${label}`}{' '}
              <span className={styles.line}>{remotesText(list)}</span>
            </a>
          </li>
        ))}
        {starts.length > 0 && (
          <li>
            <a className={styles.lane} href={hrefOf({ page: 'queue' })}>
              Next start <span className={styles.line}>{atText(Math.min(...starts), nowMs)}</span>
            </a>
          </li>
        )}
      </ul>
    </>
  )
}

/** What needs a person first. */
function remotesText(remotes: readonly RemoteBatch[]): string {
  const sum = (of: (remote: RemoteBatch) => number) => remotes.reduce((all, remote) => all + of(remote), 0)
  const far = `${sum(doneOf).toLocaleString('en-US')} of ${sum(({ requests }) => requests).toLocaleString('en-US')}`
  return remotes.some(({ state }) => state === 'lost') ? 'needs a decision' : far
}

function laneText(lane: Lane, nowMs: number): string {
  if (lane.waitUntilMs !== null && lane.waitUntilMs > nowMs)
    return `waiting ${durationText(lane.waitUntilMs - nowMs)} (limit)`
  const speed = lane.perMinute === null ? '' : `, ${Math.round(lane.perMinute)}/min`
  return `${lane.running} of ${lane.concurrency} at work${speed}`
}
