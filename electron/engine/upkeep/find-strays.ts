import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { listBackups, pastKeeping, temporaryBy } from '#engine/storage/storage.ts'
import type { Stray } from '#shared/contract/library.ts'

/** Rejected bytes are kept so long, to be looked at. */
const rejectedKeptMs = 30 * 86_400_000

export interface KnownFiles {
  readonly folder: string
  readonly nowMs: number
  readonly hasPicture: (sha256: string) => boolean
  readonly hasSheet: (sha256: string) => boolean
}

/**
 * Files in the library's folder that no row points to and nothing will read again. Files of other kinds than the library's
 * own are never among them, nor is what lies in `damaged`.
 */
export async function* findStrays(known: KnownFiles): AsyncGenerator<Stray> {
  const { folder, nowMs } = known
  const old = new Set(pastKeeping(listBackups(folder), nowMs).map((backup) => backup.file))

  const kinds: readonly {
    below: string
    depth: 0 | 1
    kindOf: (name: string, file: string) => Stray['kind'] | null
  }[] = [
    {
      below: 'pictures',
      depth: 1,
      kindOf: (name) =>
        unlessKnown(/^([0-9a-f]{64})\.(?:png|jpg|webp|avif|[0-9a-f]{16}\.(?:reference\.)?json)$/, name, 'picture'),
    },
    {
      below: 'renditions',
      depth: 1,
      kindOf: (name) => unlessKnown(/^([0-9a-f]{64})-[a-z]+\.webp$/, name, 'rendition'),
    },
    {
      below: 'sheets',
      depth: 0,
      kindOf: (name) => (/^[0-9a-f]{64}$/.test(name) && !known.hasSheet(name) ? 'sheet' : null),
    },
    { below: 'rejected', depth: 0, kindOf: () => 'rejected' },
    // Half a file only: whole ones are the room's own to clear up.
    { below: 'remote', depth: 0, kindOf: () => null },
    { below: 'backups', depth: 0, kindOf: (_name, file) => (old.has(file) ? 'backup' : null) },
    { below: '.', depth: 0, kindOf: (name) => (name === 'write-check' ? 'temporary' : null) },
  ]

  function unlessKnown(pattern: RegExp, name: string, kind: Stray['kind']): Stray['kind'] | null {
    const sha256 = pattern.exec(name)?.[1]
    return sha256 === undefined || known.hasPicture(sha256) ? null : kind
  }

  for (const { below, depth, kindOf } of kinds) {
    for await (const path of filesBelow(folder, below, depth)) {
      const file = join(folder, path)
      const name = path.split('/').at(-1) ?? path
      const writer = temporaryBy(name)
      const kind = writer === null ? kindOf(name, file) : writer === process.pid ? null : 'temporary'
      if (kind === null) continue
      const found = await stat(file).catch(() => null)
      if (!found || (kind === 'rejected' && found.mtimeMs > nowMs - rejectedKeptMs)) continue
      yield { kind, path, bytes: found.size }
    }
  }
}

async function* filesBelow(folder: string, below: string, depth: 0 | 1): AsyncGenerator<string> {
  // A folder that is not there holds nothing.
  const entries = await readdir(join(folder, below), { withFileTypes: true }).catch(() => [])
  for (const entry of entries) {
    const path = below === '.' ? entry.name : `${below}/${entry.name}`
    if (entry.isFile()) yield path
    else if (entry.isDirectory() && depth === 1) yield* filesBelow(folder, path, 0)
  }
}
