import { createHash } from 'node:crypto'
import type { Destination } from '../destination.ts'
import { takenReason } from '../write-files.ts'
import type { Owned } from './earlier.ts'

export const checksumsName = 'checksums.sha256'

/** Pieces of text that are hashed as they pass; `sha256` (hex) is right when all have passed. */
export function hashing(pieces: Iterable<string>): { pieces: Iterable<string>; sha256: () => string } {
  const hash = createHash('sha256')
  function* passing(): Generator<string> {
    for (const piece of pieces) {
      hash.update(piece, 'utf8')
      yield piece
    }
  }
  return { pieces: passing(), sha256: () => hash.copy().digest('hex') }
}

/**
 * Lines as `sha256sum -c` reads them. A name with a line end or a backslash cannot be among a delivery's files (see
 * `safeFileName`), so nothing is escaped.
 */
function* checksumLines(files: Iterable<readonly [path: string, sha256: string]>): Generator<string> {
  for (const [path, sha256] of files) yield `${sha256}  ${path}\n`
}

/** Writes `checksums.sha256`, and says what it hashes to; or why not: a file of that name is there that is not ours. */
export async function writeChecksums(
  destination: Destination,
  owned: Owned,
  files: Iterable<readonly [path: string, sha256: string]>,
): Promise<{ readonly sha256: string } | { readonly problem: string }> {
  if (!owned.has(checksumsName) && (await destination.look(checksumsName)) !== null)
    return { problem: takenReason(checksumsName, false) }
  const text = hashing(checksumLines(files))
  await destination.writeText(checksumsName, text.pieces)
  return { sha256: text.sha256() }
}
