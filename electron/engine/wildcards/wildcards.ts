import { createHash } from 'node:crypto'
import { z } from 'zod'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { WildcardFile } from '#shared/contract/wildcards.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import type { WildcardLookup } from '#shared/template/template.ts'
import { type WildcardLists, wildcardLookup } from '#shared/template/wildcards.ts'
import { readWildcardText } from './read-text.ts'
import { unpackWildcards } from './unpack.ts'

interface StoredFile {
  readonly path: string
  readonly sha256: string
}

const filesSchema = z.array(z.object({ path: z.string(), sha256: z.string() }))
const listsShown = 1000
/** Files read are kept by content, so that a preview at every key reads nothing again. */
const filesKept = 5000

export type Wildcards = ReturnType<typeof openWildcards>

/**
 * Files of wildcards. A set is what one batch was expanded with: it is named by its content, and stays when files are
 * replaced or removed. In a library that is only read, files are added for this process alone.
 */
export function openWildcards(storage: Storage, clock: Clock) {
  const unstored = {
    files: new Map<string, string>(),
    texts: new Map<string, string>(),
    sets: new Map<string, string>(),
  }
  const readAlready = new Map<string, WildcardLists>()
  const allFiles = storage.prepare<[], StoredFile>('SELECT path, sha256 FROM wildcard_file ORDER BY path')
  const oneText = storage.prepare<[string], { text: string }>('SELECT text FROM wildcard_text WHERE sha256 = ?')
  const oneSet = storage.prepare<[string], { json: string }>(
    'SELECT files_json AS json FROM wildcard_set WHERE sha256 = ?',
  )
  const putText = storage.prepare<[string, string]>('INSERT OR IGNORE INTO wildcard_text VALUES (?, ?)')
  const putFile = storage.prepare<[string, string, number]>(
    `INSERT INTO wildcard_file VALUES (?, ?, ?)
     ON CONFLICT DO UPDATE SET sha256 = excluded.sha256, added_ms = excluded.added_ms`,
  )
  const putSet = storage.prepare<[string, string]>('INSERT OR IGNORE INTO wildcard_set VALUES (?, ?)')
  const dropFile = storage.prepare<[string]>('DELETE FROM wildcard_file WHERE path = ?')

  function files(): StoredFile[] {
    const own = [...unstored.files].map(([path, sha256]) => ({ path, sha256 }))
    return [...allFiles.all().filter(({ path }) => !unstored.files.has(path)), ...own]
  }

  function listsOf({ path, sha256 }: StoredFile): WildcardLists {
    const key = `${sha256} ${path}`
    const known = readAlready.get(key)
    if (known) return known
    const text = unstored.texts.get(sha256) ?? oneText.get(sha256)?.text
    if (text === undefined) throw new AppError('not-found', `The wildcards of ${path} are no longer in this library.`)
    const lists = readWildcardText(path, text)
    if (readAlready.size >= filesKept) readAlready.clear()
    readAlready.set(key, lists)
    return lists
  }

  function described(file: StoredFile): WildcardFile {
    try {
      const lists = [...listsOf(file)].map(([name, values]) => ({ name, values: values.length }))
      const isEmpty = lists.every(({ values }) => values === 0)
      return { ...file, lists: lists.slice(0, listsShown), problem: isEmpty ? 'It holds no list of values.' : null }
    } catch (error) {
      if (!(error instanceof AppError)) throw error
      return { ...file, lists: [], problem: messageOf(error) }
    }
  }

  /** The look-up of some files; which of them were used is in `used` afterwards. Files that cannot be read hold nothing. */
  function open(given: readonly StoredFile[]): { lookup: WildcardLookup; used: () => StoredFile[] } {
    const lists = new Map<string, readonly string[]>()
    const fileOf = new Map<string, StoredFile>()
    const used = new Set<StoredFile>()
    for (const file of given.filter((each) => described(each).problem === null))
      for (const [name, values] of listsOf(file)) {
        lists.set(name, values)
        fileOf.set(name, file)
      }
    const onUse = (name: string): void => {
      const file = fileOf.get(name)
      if (file) used.add(file)
    }
    return { lookup: wildcardLookup(lists, onUse), used: () => given.filter((file) => used.has(file)) }
  }

  function setNamed(sha256: string): StoredFile[] {
    const json = unstored.sets.get(sha256) ?? oneSet.get(sha256)?.json
    if (json === undefined)
      throw new AppError('not-found', 'The wildcards of this batch are no longer in this library.')
    return filesSchema.parse(JSON.parse(json))
  }

  return {
    list: (): WildcardFile[] => files().map(described),

    async add(given: { files: readonly { path: string; bytesBase64: string }[] }) {
      const { sources, skipped } = await unpackWildcards(
        given.files.map(({ path, bytesBase64 }) => ({
          path,
          bytes: new Uint8Array(Buffer.from(bytesBase64, 'base64')),
        })),
      )
      const added = sources.map(({ path, text }) => ({ path, text, sha256: sha256Of(text) }))
      if (storage.readOnly)
        for (const { path, text, sha256 } of added) {
          unstored.texts.set(sha256, text)
          unstored.files.set(path, sha256)
        }
      else
        storage.transaction(() => {
          for (const { path, text, sha256 } of added) {
            putText.run(sha256, text)
            putFile.run(path, sha256, clock.now())
          }
        })
      return { added: added.map(({ path, sha256 }) => described({ path, sha256 })), skipped }
    },

    remove: ({ paths }: { paths: readonly string[] }): { removed: number } => ({
      removed: storage.transaction(() => paths.reduce((sum, path) => sum + dropFile.run(path).changes, 0)),
    }),

    /** The values of a set or, for null, of the files as they are now. Throws `not-found` for a set that is not here. */
    lookup: (set: string | null): WildcardLookup => open(set === null ? files() : setNamed(set)).lookup,

    /**
     * Names the set of those files that `use` looks up, and keeps it; null where it uses none. `useAll` takes every file.
     */
    pin(use: (lookup: WildcardLookup) => void, useAll = false): string | null {
      const all = files()
      const opened = open(all)
      use(opened.lookup)
      const chosen = useAll ? all : opened.used()
      if (chosen.length === 0) return null
      const json = JSON.stringify(chosen.map(({ path, sha256 }) => ({ path, sha256 })))
      const sha256 = sha256Of(json)
      if (storage.readOnly) unstored.sets.set(sha256, json)
      else if (!oneSet.get(sha256)) storage.transaction(() => putSet.run(sha256, json))
      return sha256
    },
  }
}

const sha256Of = (text: string): string => createHash('sha256').update(text).digest('hex')
