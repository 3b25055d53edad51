import type { Storage } from '#engine/storage/storage.ts'

/** A picture's file where a delivery put it. */
export interface DeliveredPicture {
  readonly imageId: number
  /** Relative to the delivery's target: `approved/A1-2.png`. */
  readonly path: string
  /** Whole: a path of this machine, `s3://…`, or the address it was sent to without what is secret in it. */
  readonly address: string
}

/** A transaction stays short, so that the host never stalls. */
const rowsAtOnce = 500

/** What the finished deliveries hold: this room is the table's only writer, `tiles` reads it. */
export function openDeliveredFiles(storage: Storage) {
  const insert = storage.prepare<[number, number, number, string, string]>(
    'INSERT OR REPLACE INTO delivered_file VALUES (?, ?, ?, ?, ?)',
  )
  const dropOlder = storage.prepare<[number]>(
    `DELETE FROM delivered_file WHERE delivery_id IN (
       SELECT older.id FROM delivery AS older JOIN delivery AS newer USING (batch_id, target)
       WHERE newer.id = ? AND older.id < newer.id)`,
  )
  const all = storage.prepare<[number], { path: string; address: string }>(
    'SELECT path, address FROM delivered_file WHERE delivery_id = ? ORDER BY place',
  )
  return {
    /** Before a delivery is `done`: until then nobody reads them. */
    add(deliveryId: number, files: readonly DeliveredPicture[]): void {
      for (let at = 0; at < files.length; at += rowsAtOnce)
        storage.draft(() => {
          for (const [index, { imageId, path, address }] of files.slice(at, at + rowsAtOnce).entries())
            insert.run(deliveryId, at + index, imageId, path, address)
        })
    },
    /** Inside the transaction that ends a delivery: what went to the same place before is there no more, or again. */
    dropOlder: (deliveryId: number): void => void dropOlder.run(deliveryId),
    of: (deliveryId: number): { path: string; address: string }[] => all.all(deliveryId),
  }
}
