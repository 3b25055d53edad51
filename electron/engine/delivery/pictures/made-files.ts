import type { Storage } from '#engine/storage/storage.ts'

/** A file's bytes before anyone reads them. */
export interface KnownBytes {
  readonly sha256: string
  readonly byteLength: number
  /** Null for what is no picture. */
  readonly width: number | null
  readonly height: number | null
}

/** What each key gave before; this room is the table's only writer. */
export function openMadeFiles(storage: Storage) {
  const one = storage.prepare<[string], KnownBytes>(
    'SELECT sha256, byte_length AS byteLength, width, height FROM made_file WHERE make_key = ?',
  )
  const insert = storage.prepare<[string, string, number, number | null, number | null]>(
    'INSERT OR REPLACE INTO made_file VALUES (?, ?, ?, ?, ?)',
  )
  return {
    get: (makeKey: string): KnownBytes | null => one.get(makeKey) ?? null,
    /** Before the file is put: after a kill it is known as ours. Only a power cut loses it, and then it is made again. */
    add: (makeKey: string, { sha256, byteLength, width, height }: KnownBytes): void =>
      storage.draft(() => void insert.run(makeKey, sha256, byteLength, width, height)),
  }
}
export type MadeFiles = ReturnType<typeof openMadeFiles>
