import { rm, rmdir } from 'node:fs/promises'
import { join } from 'node:path'
import { layoutFolders } from './choose.ts'
import { codeOf, hashFile, look, syncFolder } from './disk.ts'
import type { Owned } from './earlier.ts'

interface StaleFiles {
  readonly target: string
  readonly layout: Parameters<typeof layoutFolders>[0]
  readonly owned: Owned
  /** Paths that this delivery means to hold. */
  readonly kept: ReadonlySet<string>
  /** Pictures the library has lost: a delivered copy may be the last one, so it stays. */
  readonly lostSha256s: ReadonlySet<string>
}

/**
 * Removes what earlier deliveries wrote and this one does not hold: `approved/` is exactly the approved set. A file
 * goes only when it is listed as delivered and still has the bytes it was delivered with; so nothing is ever lost that
 * the library does not have. Returns the relative paths that are gone.
 */
export async function removeStale({ target, layout, owned, kept, lostSha256s }: StaleFiles): Promise<string[]> {
  const removed: string[] = []
  const keptByFold = new Map(Array.from(kept, (path) => [folded(path), path]))
  for (const [path, hashes] of owned) {
    if (kept.has(path)) continue
    const file = join(target, ...path.split('/'))
    const there = await look(file)
    if (!there || there.size === null) continue
    const twin = keptByFold.get(folded(path))
    if (twin !== undefined && (await look(join(target, ...twin.split('/'))))?.inode === there.inode) continue
    const hash = await hashFile(file, there.size)
    if (!hashes.has(hash) || lostSha256s.has(hash)) continue
    await rm(file)
    removed.push(path)
  }
  const folders = new Set(removed.map((path) => path.split('/')[0] ?? ''))
  const wanted = new Set<string>(layoutFolders(layout))
  for (const folder of folders) {
    if (wanted.has(folder)) await syncFolder(join(target, folder))
    else await removeIfEmpty(join(target, folder))
  }
  return removed
}

/** Equal where a disk that knows no letter case or normal form would find one file under both names. */
const folded = (path: string): string => path.normalize('NFKC').toUpperCase().toLowerCase()

async function removeIfEmpty(folder: string): Promise<void> {
  try {
    await rmdir(folder)
  } catch (error) {
    if (codeOf(error) !== 'ENOTEMPTY' && codeOf(error) !== 'EEXIST') throw error
  }
}
