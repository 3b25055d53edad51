import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type DeliveryDestination, type DeliverySettings, deliverySettings } from '#shared/contract/delivery.ts'
import { AppError } from '#shared/errors.ts'
import { type DeliveredPicture, openDeliveredFiles } from './delivered-files.ts'

export interface DeliveryRow {
  readonly deliveryId: number
  readonly batchId: number
  /** Of its destination. */
  readonly to: DeliveryDestination['kind']
  readonly target: string
  readonly state: 'running' | 'done' | 'failed'
  readonly files: number
  readonly written: number
  readonly skipped: number
  readonly failed: number
  readonly manifest: string | null
  readonly error: string | null
  readonly startedMs: number
  readonly endedMs: number | null
}

export interface DeliveryCounts {
  readonly written: number
  readonly skipped: number
  readonly failed: number
}

interface DeliveryOutcome {
  readonly state: 'done' | 'failed'
  readonly manifest: string | null
  readonly error: string | null
  readonly pictures: readonly DeliveredPicture[]
}

/** The delivery table; this room is its only writer. */
export function openDeliveryRows(storage: Storage, clock: Clock) {
  const delivered = openDeliveredFiles(storage)
  const insert = storage.prepare<[number, string, string, number, number]>(
    `INSERT INTO delivery (batch_id, settings_json, target, state, files, started_ms) VALUES (?, ?, ?, 'running', ?, ?)`,
  )
  const count = storage.prepare<[number, number, number, number]>(
    'UPDATE delivery SET written = ?, skipped = ?, failed = ? WHERE id = ?',
  )
  const finish = storage.prepare<[string, string | null, string | null, number, number]>(
    'UPDATE delivery SET state = ?, manifest = ?, error = ?, ended_ms = ? WHERE id = ?',
  )
  const failRunning = storage.prepare<[string, number]>(
    `UPDATE delivery SET state = 'failed', error = ?, ended_ms = ? WHERE state = 'running'`,
  )
  const one = storage.prepare<[number], DeliveryRow>(
    `SELECT id AS deliveryId, batch_id AS batchId, json_extract(settings_json, '$.destination.kind') AS "to", target, state, files, written, skipped, failed, manifest, error,
       started_ms AS startedMs, ended_ms AS endedMs FROM delivery WHERE id = ?`,
  )
  const asked = storage.prepare<[number], { settings: string }>(
    'SELECT settings_json AS settings FROM delivery WHERE id = ?',
  )
  const newest = storage.prepare<[number], { settings: string }>(
    'SELECT settings_json AS settings FROM delivery ORDER BY batch_id = ? DESC, id DESC LIMIT 1',
  )
  const ofBatch = storage.prepare<[number], Pick<DeliveryRow, 'deliveryId' | 'target' | 'state' | 'startedMs'>>(
    `SELECT id AS deliveryId, target, state, started_ms AS startedMs FROM delivery WHERE batch_id = ? ORDER BY id DESC`,
  )
  return {
    add: (settings: DeliverySettings, target: string, files: number): number =>
      storage.transaction(() =>
        Number(insert.run(settings.batchId, JSON.stringify(settings), target, files, clock.now()).lastInsertRowid),
      ),
    /** How far it is, for a person to look at: nothing that has to outlast a power cut. */
    count: (deliveryId: number, counts: DeliveryCounts): void =>
      storage.draft(() => void count.run(counts.written, counts.skipped, counts.failed, deliveryId)),
    /** The last counts and the end, in one. */
    finish(deliveryId: number, counts: DeliveryCounts, end: DeliveryOutcome): void {
      delivered.add(deliveryId, end.pictures)
      storage.transaction(() => {
        count.run(counts.written, counts.skipped, counts.failed, deliveryId)
        finish.run(end.state, end.manifest, end.error, clock.now(), deliveryId)
        if (end.state === 'done') delivered.dropOlder(deliveryId)
      })
    },
    /** Its pictures' files, in the order of the sheet; none once the same place was delivered to again. */
    picturesOf: delivered.of,
    failRunning: (error: string): void => storage.transaction(() => void failRunning.run(error, clock.now())),
    get(deliveryId: number): DeliveryRow {
      const row = one.get(deliveryId)
      if (!row) throw new AppError('not-found', `There is no delivery ${deliveryId} in this library.`)
      return row
    },
    /** What was asked for, as it was stored. */
    settingsOf(deliveryId: number): unknown {
      return JSON.parse(asked.get(deliveryId)?.settings ?? 'null')
    },
    /** What was asked for last of a batch, else of any other; null where nothing was, or in words of a later version. */
    lastSettings(batchId: number): DeliverySettings | null {
      return deliverySettings.safeParse(JSON.parse(newest.get(batchId)?.settings ?? 'null')).data ?? null
    },
    ofBatch: (batchId: number) => ofBatch.all(batchId),
  }
}
