import type { Storage } from '#engine/storage/storage.ts'

/** So much of a prompt hash stands in `job_by_hash`: 48 bits, which two jobs hardly ever share by chance. */
const startLength = 12

/** SQL for what of a prompt hash (SQL, too) stands in `job_by_hash`: the whole hash has to be asked for besides. */
export const hashStart = (hash: string): string => `substr(${hash}, 1, ${startLength})`

/** SQL for the jobs of exactly this hash (SQL, too, and there twice), read in the order of `job_id` and no further than asked. */
export const jobsByHash = (hash: string, as = 'job'): string =>
  `FROM job_by_hash CROSS JOIN job AS ${as} ON ${as}.id = job_id
     WHERE hash_start = ${hashStart(hash)} AND ${as}.prompt_hash = ${hash}`

/**
 * SQL for a job of exactly this hash whose outcome nobody knows, as `twin`. In the words of its index, or every job would be
 * read.
 */
export const unknownTwin = (hash: string): string =>
  `FROM job AS twin INDEXED BY job_single_flight WHERE twin.prompt_hash = ${hash}
     AND twin.state IN ('submitting', 'running', 'saving', 'unknown') AND twin.state = 'unknown'`

/** The list of jobs by their hashes; the database's own triggers keep it, but for a sheet of new jobs. */
export function openByHash(storage: Storage) {
  const leaveOut = storage.prepare<[number]>('INSERT INTO unlisted_batch VALUES (?)')
  const list = storage.prepare<[string, number]>('INSERT OR IGNORE INTO job_by_hash VALUES (?, ?)')
  const allListed = storage.prepare<[number]>('DELETE FROM unlisted_batch WHERE batch_id = ?')

  return {
    /**
     * The jobs that this batch gets are not found by their hashes until they are listed, so that it must not be seen yet.
     * Inside the caller's transaction, as what follows.
     */
    leaveUnlisted: (batchId: number): void => void leaveOut.run(batchId),
    /** Quick in the order of the hashes: neighbours stand on one page. */
    listByHash: (promptHash: string, jobId: number): void => void list.run(promptHash.slice(0, startLength), jobId),
    allListed: (batchId: number): void => void allListed.run(batchId),
  }
}
