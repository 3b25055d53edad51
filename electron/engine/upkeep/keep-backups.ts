import { type Backup, type Clock, listBackups, type Storage } from '#engine/storage/storage.ts'
import { messageOf } from '#shared/errors.ts'

/** So much work at most is not in a backup. */
const everyMs = 600_000

/**
 * A backup after every ten minutes in which something changed, and one at the end. One that fails (a full disk) is tried
 * again ten minutes later; `problem` says why, for `verify`.
 */
export function keepBackups(storage: Storage, clock: Clock) {
  const ending = new AbortController()
  let changesInBackup = storage.changes()
  let problem: string | null = null
  let running: Promise<Backup | null> = Promise.resolve(null)

  async function backUp(): Promise<Backup | null> {
    const changes = storage.changes()
    if (changes === changesInBackup) return null
    try {
      const backup = await storage.keepBackup(clock.now())
      changesInBackup = changes
      problem = null
      return backup
    } catch (error) {
      problem = messageOf(error)
      return null
    }
  }

  async function goOn(): Promise<void> {
    while (!ending.signal.aborted) {
      // The wait is ended by `stop` only.
      await clock.sleep(everyMs, ending.signal).catch(() => undefined)
      if (!ending.signal.aborted) running = backUp()
      await running
    }
  }
  if (!storage.readOnly) void goOn()

  return {
    problem: (): string | null => problem,
    newestMs: (): number | null => listBackups(storage.folder)[0]?.madeMs ?? null,
    /** Waits for the one that is being made, and makes the last one. */
    async stop(): Promise<void> {
      ending.abort()
      await running
      if (!storage.readOnly) await backUp()
    },
  }
}
