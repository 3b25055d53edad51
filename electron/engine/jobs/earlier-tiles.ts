import type { Clock, Storage } from '#engine/storage/storage.ts'
import { jobsByHash } from './by-hash.ts'

/** Tiles that their batch's sheet has no more: they keep their pictures, out of view, and nothing new is sent for them. */
export function openEarlierTiles(storage: Storage, clock: Clock) {
  const setAside = storage.prepare<[string, number | null, number, number]>(
    `INSERT INTO earlier_tile (tile_id, batch_id, kind, next_tile_id, at_ms)
     SELECT id, batch_id, ?, ?, ? FROM job WHERE id = ?
     ON CONFLICT (tile_id) DO UPDATE SET kind = excluded.kind, next_tile_id = excluded.next_tile_id`,
  )
  const cancel = storage.prepare<[number, number, number], { promptHash: string }>(
    `UPDATE job SET state = 'canceled', hold_reason = NULL, follows = 0, updated_ms = ?
     WHERE state = 'queued' AND id IN (SELECT ? UNION ALL SELECT id FROM job WHERE tile_id = ? AND stage = 'final')
     RETURNING prompt_hash AS promptHash`,
  )
  const followers = storage.prepare<[string, string], { id: number }>(
    `SELECT id ${jobsByHash('?')} AND state = 'queued' AND follows = 1 ORDER BY job_id LIMIT 1`,
  )
  const leader = storage.prepare<[string, string], { id: number }>(
    `SELECT id ${jobsByHash('?')} AND (state IN ('submitting', 'running', 'saving')
       OR (state = 'queued' AND follows = 0)) LIMIT 1`,
  )
  const lead = storage.prepare<[number]>('UPDATE job SET follows = 0 WHERE id = ?')
  const bringBack = storage.prepare<[number]>('DELETE FROM earlier_tile WHERE tile_id = ?')
  const dropBatch = storage.prepare<[number]>('DELETE FROM earlier_tile WHERE batch_id = ?')
  const setPosition = storage.prepare<[number, number]>('UPDATE job SET position = ? WHERE id = ?')
  const adopt = storage.prepare<[number, number, number, number]>(
    'UPDATE job SET batch_id = ? WHERE batch_id = ? AND id BETWEEN ? AND ?',
  )

  return {
    /**
     * What is queued of the tile is canceled; what is out ends as usual. A job that waited for its picture leads from now
     * on. Inside the caller's transaction.
     */
    setAside(tileId: number, kind: 'removed' | 'changed', nextTileId: number | null): void {
      setAside.run(kind, nextTileId, clock.now(), tileId)
      for (const { promptHash } of cancel.all(clock.now(), tileId, tileId)) {
        const waiting = leader.get(promptHash, promptHash) ? undefined : followers.get(promptHash, promptHash)
        if (waiting) lead.run(waiting.id)
      }
    },
    bringBack: (tileId: number): void => void bringBack.run(tileId),
    dropEarlier: (batchId: number): void => void dropBatch.run(batchId),
    setPosition: (jobId: number, position: number): void => void setPosition.run(position, jobId),
    /** Jobs made in a batch that nobody sees come into another. */
    adoptJobs: (batchId: number, stagingId: number, from: number, to: number): void =>
      void adopt.run(batchId, stagingId, from, to),
  }
}
