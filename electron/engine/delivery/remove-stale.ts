import type { Destination } from './destination.ts'
import type { Owned } from './manifest/earlier.ts'
import { foldersOf } from './plan/layout.ts'

interface StaleFiles {
  readonly destination: Destination
  /** Folders that stay though they are empty. */
  readonly folders: readonly string[]
  readonly owned: Owned
  /** Paths that this delivery means to hold. */
  readonly kept: ReadonlySet<string>
  /** Pictures the library has lost: a delivered copy may be the last one, so it stays. */
  readonly lostSha256s: ReadonlySet<string>
  /** The library's picture that a file was made of. */
  readonly pictureOf: ReadonlyMap<string, string>
}

/**
 * Removes what earlier deliveries wrote and this one does not hold: `approved/` is exactly the approved set. A file
 * goes only when it is listed as delivered and still has the bytes it was delivered with; so nothing is ever lost that
 * the library does not have. Returns the relative paths that are gone.
 */
export async function removeStale(stale: StaleFiles): Promise<string[]> {
  const { destination, owned, kept, lostSha256s } = stale
  const removed: string[] = []
  const keptByFold = new Map(Array.from(kept, (path) => [folded(path), path]))
  for (const [path, hashes] of owned) {
    if (kept.has(path) || destination.canRemove?.(path) === false) continue
    const there = await destination.look(path)
    if (!there || there.byteLength === null) continue
    const twin = keptByFold.get(folded(path))
    if (twin !== undefined && there.identity !== null && (await destination.look(twin))?.identity === there.identity)
      continue
    const hash = await there.sha256()
    if (hash === null || !hashes.has(hash) || lostSha256s.has(hash) || lostSha256s.has(stale.pictureOf.get(path) ?? ''))
      continue
    await destination.remove(path)
    removed.push(path)
  }
  const wanted = new Set(stale.folders)
  const left = foldersOf(removed).filter((folder) => !wanted.has(folder))
  await destination.removeEmpty(left.reverse())
  await destination.settle()
  return removed
}

/** Equal where a disk that knows no letter case or normal form would find one file under both names. */
const folded = (path: string): string => path.normalize('NFKC').toUpperCase().toLowerCase()
