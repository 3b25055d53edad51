import type { Clock, Storage } from '#engine/storage/storage.ts'

export { canonicalJson, promptHash } from './prompt-hash.ts'

/** What a request gave the first time it was paid for. */
export interface CacheEntry {
  readonly sha256: string
  readonly seed: number | null
  readonly settledMicros: number
  readonly currency: string
}

export type Cache = ReturnType<typeof openCache>

/** Answers by prompt hash. The first answer stays: a picture once paid for is what that request means from then on. */
export function openCache(storage: Storage, clock: Clock) {
  const find = storage.prepare<[string], CacheEntry>(
    'SELECT blob_sha256 AS sha256, seed, settled_micros AS settledMicros, currency FROM cache_entry WHERE prompt_hash = ?',
  )
  const findAmong = storage.prepare<[string], CacheEntry & { promptHash: string }>(
    `SELECT prompt_hash AS promptHash, blob_sha256 AS sha256, seed, settled_micros AS settledMicros, currency
     FROM json_each(?) AS wanted CROSS JOIN cache_entry ON prompt_hash = wanted.value`,
  )
  const insert = storage.prepare<[string, string, number | null, number, string, number]>(
    'INSERT INTO cache_entry VALUES (?, ?, ?, ?, ?, ?) ON CONFLICT DO NOTHING',
  )
  const hashes = storage.prepare<[], string>('SELECT prompt_hash FROM cache_entry').pluck()
  return {
    hashes: (): string[] => hashes.all(),
    find: (promptHash: string): CacheEntry | null => find.get(promptHash) ?? null,
    /** Of these hashes, those that have an entry. */
    among: (promptHashes: readonly string[]): ReadonlyMap<string, CacheEntry> =>
      new Map(findAmong.all(JSON.stringify(promptHashes)).map(({ promptHash, ...entry }) => [promptHash, entry])),
    add(promptHash: string, entry: CacheEntry): void {
      insert.run(promptHash, entry.sha256, entry.seed, entry.settledMicros, entry.currency, clock.now())
    },
  }
}
