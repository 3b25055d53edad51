import { useEffect, useState } from 'react'
import type { Lane } from '#shared/contract/generation.ts'
import { useQueue } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { durationText } from '../ui/time-text.ts'
import styles from './batches-pane.module.css'

/** The queue in short: a line per provider that works, waits, or stands still. */
export const Lanes = () => {
  const queue = useQueue()
  const lanes = queue.data?.lanes.filter((lane) => lane.running > 0 || lane.waiting > 0 || lane.paused !== null) ?? []
  const nowMs = useNow(lanes.some((lane) => lane.waitUntilMs !== null))
  return (
    <>
      <div className={styles.head}>
        <h2 className="small-heading">Queue</h2>
      </div>
      {queue.data && lanes.length === 0 && <p className={styles.none}>Nothing is waiting.</p>}
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
      </ul>
    </>
  )
}

function laneText(lane: Lane, nowMs: number): string {
  if (lane.waitUntilMs !== null && lane.waitUntilMs > nowMs)
    return `waiting ${durationText(lane.waitUntilMs - nowMs)} (limit)`
  const speed = lane.perMinute === null ? '' : `, ${Math.round(lane.perMinute)}/min`
  return `${lane.running} of ${lane.concurrency} at work${speed}`
}

/** The time now, once a second while something counts down. */
function useNow(isTicking: boolean): number {
  const [nowMs, setNowMs] = useState(Date.now)
  useEffect(() => {
    if (!isTicking) return
    const timer = setInterval(() => setNowMs(Date.now()), 1000)
    return () => clearInterval(timer)
  }, [isTicking])
  return nowMs
}
