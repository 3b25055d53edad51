import type { Storage } from '#engine/storage/storage.ts'

/** What can only be wrong between two tables of different rooms. All zero in a sound library. */
export interface LooseEnds {
  readonly doneWithoutImage: number
  readonly doneWithMoneyHeld: number
}

export function openLooseEnds(storage: Storage): () => LooseEnds {
  const count = storage.prepare<[], LooseEnds>(
    `SELECT
       (SELECT count(*) FROM job WHERE state = 'done' AND NOT EXISTS (SELECT 1 FROM image WHERE image.job_id = job.id)
          AND NOT EXISTS (SELECT 1 FROM job_step WHERE job_step.job_id = job.id AND passed IS NOT NULL)) AS doneWithoutImage,
       (SELECT count(*) FROM ledger JOIN job ON job.id = ledger.job_id WHERE ledger.state = 'reserved' AND job.state = 'done') AS doneWithMoneyHeld`,
  )
  return () => count.get() ?? { doneWithoutImage: 0, doneWithMoneyHeld: 0 }
}
