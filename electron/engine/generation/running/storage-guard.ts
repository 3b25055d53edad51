import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Clock, type Storage, writeFilesDurably } from '#engine/storage/storage.ts'
import { errorCodeOf, messageOf } from '#shared/errors.ts'

const recheckMs = 2000

/**
 * A library that cannot be written pauses everything before the next request, and goes on by itself when it can be
 * written again. Work that could not be stored waits here and is done first.
 */
export function openStorageGuard(storage: Storage, clock: Clock, onChange: () => void) {
  const undone: (() => void)[] = []
  let sentence: string | null = null

  /** Does the work now, or keeps it until the library can be written. Other errors are thrown. */
  function store(work: () => void): void {
    try {
      work()
    } catch (error) {
      if (errorCodeOf(error) !== 'storage') throw error
      undone.push(work)
      pause(messageOf(error))
    }
  }

  /** Does the work as a transaction; while the library cannot be written, waits until it can. Rejects by the signal. */
  async function storeInTime(work: () => void, signal: AbortSignal): Promise<void> {
    for (;;) {
      try {
        return storage.transaction(work)
      } catch (error) {
        if (errorCodeOf(error) !== 'storage') throw error
        pause(messageOf(error))
        await clock.sleep(recheckMs, signal)
      }
    }
  }

  function pause(why: string): void {
    if (sentence !== null) return
    sentence = why
    onChange()
    void recheck()
  }

  async function recheck(): Promise<void> {
    const file = join(storage.folder, 'write-check')
    while (sentence !== null) {
      await clock.sleep(recheckMs)
      try {
        await writeFilesDurably([{ path: file, bytes: new Uint8Array(65_536) }])
        await rm(file)
        storage.proveWritable()
        for (let work = undone[0]; work; work = undone[0]) {
          work()
          undone.shift()
        }
        sentence = null
      } catch (error) {
        if (errorCodeOf(error) !== 'storage') throw error
        sentence = messageOf(error)
      }
    }
    onChange()
  }

  return { store, storeInTime, pause, sentence: (): string | null => sentence }
}
