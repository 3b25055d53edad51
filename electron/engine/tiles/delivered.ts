import type { Storage } from '#engine/storage/storage.ts'

/** Where the newest delivery of each picture of a batch put it, by image id, relative to its target: SELECT only. */
export function openDelivered(storage: Storage) {
  const files = storage.prepare<[number], { imageId: number; path: string }>(
    `SELECT image_id AS imageId, path FROM delivery JOIN delivered_file ON delivery_id = delivery.id
     WHERE batch_id = ? AND state = 'done' ORDER BY delivery_id, place DESC`,
  )
  return (batchId: number): ReadonlyMap<number, string> =>
    new Map(files.all(batchId).map(({ imageId, path }) => [imageId, path]))
}
