import type { Storage } from '#engine/storage/storage.ts'
import type { RunStart } from '#shared/contract/wishes.ts'

/** Jobs of a batch that start together: 0 is at once. */
export interface StartLine {
  readonly batchId: number
  readonly startId: number
}

interface StartRow {
  readonly id: number
  readonly batchId: number
  readonly atMs: number | null
  readonly fromMinute: number | null
  readonly toMinute: number | null
}

const dayMs = 86_400_000
const minuteMs = 60_000

/** Minutes since midnight, UTC. */
const minutesOfDay = (ms: number): number => Math.floor((ms % dayMs) / minuteMs)

/** When jobs of a run may start: read anew against the clock each time, so that a restart or a sleep changes nothing. */
export function openStarts(storage: Storage) {
  const insert = storage.prepare<(number | null)[], { id: number }>(
    'INSERT INTO run_start (batch_id, at_ms, from_minute, to_minute) VALUES (?, ?, ?, ?) RETURNING id',
  )
  const same = storage.prepare<(number | null)[], { id: number }>(
    'SELECT id FROM run_start WHERE batch_id = ? AND at_ms IS ? AND from_minute IS ? AND to_minute IS ?',
  )
  const ofBatch = storage.prepare<[number], StartRow>(
    `SELECT id, batch_id AS batchId, at_ms AS atMs, from_minute AS fromMinute, to_minute AS toMinute
     FROM run_start WHERE batch_id = ?`,
  )
  const waiting = storage.prepare<[number, number], { found: number }>(
    `SELECT EXISTS (SELECT 1 FROM job WHERE batch_id = ? AND state = 'queued' AND hold_reason IS NULL AND follows = 0
       AND start_id = ?) AS found`,
  )
  const moveAll = storage.prepare<[number, number, number]>(
    `UPDATE job SET start_id = ? WHERE batch_id = ? AND state = 'queued' AND start_id <> ?`,
  )

  return {
    /** The number that jobs of this run are added with. Inside the caller's transaction. */
    addStart(batchId: number, start: RunStart): number {
      if (start.kind === 'now') return 0
      const at = start.kind === 'at' ? start.atMs : null
      const window = start.kind === 'window' ? [start.fromMinute, start.toMinute] : [null, null]
      const values = [batchId, at, ...window]
      return (same.get(...values) ?? insert.get(...values))?.id ?? 0
    },
    /** Everything that is queued of a batch goes by another start from now on; gives how many do. Inside the caller's transaction. */
    startAll: (batchId: number, startId: number): number => moveAll.run(startId, batchId, startId).changes,
    /** The lines of a batch whose time it is. */
    dueLines: (batchId: number, nowMs: number): StartLine[] => [
      { batchId, startId: 0 },
      ...ofBatch
        .all(batchId)
        .filter((start) => nextDueMs(start, nowMs) <= nowMs)
        .map(({ id }) => ({ batchId, startId: id })),
    ],
    /** When the next line of a batch starts that has something waiting and is not due; null where there is none. */
    nextStartMs(batchId: number, nowMs: number): number | null {
      const times = ofBatch.all(batchId).flatMap((start) => {
        const ms = nextDueMs(start, nowMs)
        return ms > nowMs && waiting.get(batchId, start.id)?.found === 1 ? [ms] : []
      })
      return times.length === 0 ? null : Math.min(...times)
    },
    /** When it is next decided anew which lines of a batch are due; null where nothing depends on the time. */
    nextTurnMs(batchId: number, nowMs: number): number | null {
      const times = ofBatch.all(batchId).flatMap((start) => {
        const ms = nextDueMs(start, nowMs)
        if (ms > nowMs) return [ms]
        return start.toMinute === null || start.fromMinute === start.toMinute
          ? []
          : [nextMinuteMs(start.toMinute, nowMs)]
      })
      return times.length === 0 ? null : Math.min(...times)
    },
  }
}

/** When a start is next due: not after `nowMs` where it is due now. A window of no length is the whole day. */
function nextDueMs({ atMs, fromMinute, toMinute }: StartRow, nowMs: number): number {
  if (atMs !== null) return atMs
  if (fromMinute === null || toMinute === null || fromMinute === toMinute) return nowMs
  const minute = minutesOfDay(nowMs)
  const isOpen =
    fromMinute < toMinute ? minute >= fromMinute && minute < toMinute : minute >= fromMinute || minute < toMinute
  return isOpen ? nowMs : nextMinuteMs(fromMinute, nowMs)
}

/** The next time after `nowMs` at which this minute of the day begins. */
function nextMinuteMs(minute: number, nowMs: number): number {
  const midnight = nowMs - (nowMs % dayMs)
  const today = midnight + minute * minuteMs
  return today > nowMs ? today : today + dayMs
}
