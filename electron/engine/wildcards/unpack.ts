import { unzip } from 'fflate'
import { AppError, messageOf } from '#shared/errors.ts'
import { wildcardEnding } from './read-text.ts'

/** A file of wildcards as it came: its path below the folder of wildcards, and its text. */
export interface WildcardSource {
  readonly path: string
  readonly text: string
}

const mostBytes = { file: 8_000_000, all: 64_000_000 }

const tooLarge = (what: string, bytes: number): AppError =>
  new AppError('invalid-input', `${what} is larger than ${bytes / 1e6} MB; take only the wildcards that you use.`)

/**
 * Texts of the files that can be wildcards, those in zip archives among them, and the paths of all others. Throws
 * `invalid-input` for an archive that cannot be read, and past 8 MB a file or 64 MB in all.
 */
export async function unpackWildcards(
  files: readonly { readonly path: string; readonly bytes: Uint8Array }[],
): Promise<{ sources: WildcardSource[]; skipped: string[] }> {
  const sources: WildcardSource[] = []
  const skipped: string[] = []
  let all = 0
  const take = (given: string, bytes: Uint8Array): void => {
    const path = plainPath(given)
    if (path === null || !wildcardEnding.test(path)) {
      skipped.push(given)
      return
    }
    all += bytes.length
    if (bytes.length > mostBytes.file) throw tooLarge(path, mostBytes.file)
    if (all > mostBytes.all) throw tooLarge('All of it together', mostBytes.all)
    sources.push({ path, text: textOf(bytes) })
  }
  for (const { path, bytes } of files) {
    if (!/\.zip$/i.test(path)) take(path, bytes)
    else for (const [inside, unpacked] of Object.entries(await entriesOf(path, bytes))) take(inside, unpacked)
  }
  return { sources, skipped }
}

/** Entries that can be wildcards. The sizes that an archive claims are summed before anything is unpacked. */
function entriesOf(path: string, bytes: Uint8Array): Promise<Record<string, Uint8Array>> {
  return new Promise((resolve, reject) => {
    let claimed = 0
    const filter = (entry: { name: string; originalSize: number }): boolean => {
      if (!wildcardEnding.test(entry.name)) return false
      claimed += entry.originalSize
      return claimed <= mostBytes.all
    }
    unzip(bytes, { filter }, (error, entries) => {
      if (error) reject(new AppError('invalid-input', `The archive ${path} cannot be read: ${messageOf(error)}.`))
      else if (claimed > mostBytes.all) reject(tooLarge(path, mostBytes.all))
      else resolve(entries)
    })
  })
}

/** Levels with `/`; null for what is hidden, empty, or would leave the folder. */
function plainPath(path: string): string | null {
  const levels = path
    .normalize('NFC')
    .replaceAll('\\', '/')
    .split('/')
    .filter((level) => level !== '' && level !== '.')
  const isOdd = levels.some((level) => level.startsWith('.') || level === '__MACOSX')
  return levels.length === 0 || isOdd ? null : levels.join('/')
}

/** UTF-8 or UTF-16 with its mark; what is no UTF-8 is Windows-1252, as editors of old wrote it. */
function textOf(bytes: Uint8Array): string {
  const [first, second] = bytes
  if (first === 0xff && second === 0xfe) return new TextDecoder('utf-16le').decode(bytes)
  if (first === 0xfe && second === 0xff) return new TextDecoder('utf-16be').decode(bytes)
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch {
    return new TextDecoder('windows-1252').decode(bytes)
  }
}
