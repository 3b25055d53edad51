import type { Clock, Storage } from '#engine/storage/storage.ts'

export interface SentFile {
  readonly sha256: string
  readonly byteLength: number
}

/** What was sent to which place and taken there; this room is the table's only writer. */
export function openSentFiles(storage: Storage, clock: Clock) {
  const one = storage.prepare<[string], SentFile>(
    'SELECT sha256, byte_length AS byteLength FROM sent_file WHERE place = ?',
  )
  const insert = storage.prepare<[string, string, number, number]>(
    'INSERT OR REPLACE INTO sent_file VALUES (?, ?, ?, ?)',
  )
  return {
    /** The newest that a place took; null where nothing was sent there. */
    get: (place: string): SentFile | null => one.get(place) ?? null,
    /** Once it was taken. Only a power cut loses it, and then the same bytes go to the same place again. */
    add: (place: string, { sha256, byteLength }: SentFile): void =>
      storage.draft(() => void insert.run(place, sha256, byteLength, clock.now())),
  }
}
export type SentFiles = ReturnType<typeof openSentFiles>
