import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'

type Change = { readonly offset: number; readonly bytes: Buffer } | { readonly length: number }
type NameChange = { readonly name: string; readonly file: number | 'folder' | null }

/** Chances in [0, 1), the same for the same seed. */
export type Random = () => number

/** What becomes of what was written and not yet synced, when the power goes: all of it lost, or any part of it kept. */
export type Unsynced = 'lost' | 'any'

/** Which fsyncs the disk is to ignore, to see that the check finds what is then lost. */
export type Ignored = 'nothing' | 'file-fsync' | 'folder-fsync' | 'database-fsync'

const block = 4096

/**
 * A disk as POSIX promises it and no better: bytes are durable by fsync of their file, names by fsync of their folder.
 * Unsynced blocks of 4 KB come through or not, one by one; of a folder's unsynced changes the first few come through.
 */
export class SimulatedDisk {
  readonly #root: string
  readonly #ignored: Ignored
  readonly #durable = new Map<number, Buffer>()
  readonly #pending = new Map<number, Change[]>()
  readonly #folders = new Map<string, { durable: Map<string, number | 'folder'>; pending: NameChange[] }>()
  readonly #live = new Map<string, number>()

  constructor(root: string, ignored: Ignored) {
    this.#root = root
    this.#ignored = ignored
  }

  /** Takes in one record of record-writes.c. */
  apply(op: string, file: number, offset: number, bytes: Buffer): void {
    const path = bytes.toString()
    if (op === 'c') {
      this.#durable.set(file, Buffer.alloc(0))
      this.#pending.set(file, [])
      this.#name(path, file)
    } else if (op === 'w') this.#pending.get(file)?.push({ offset, bytes })
    else if (op === 't') this.#pending.get(file)?.push({ length: offset })
    else if (op === 's') this.#sync(file)
    else if (op === 'd') this.#syncFolder(path)
    else if (op === 'm') this.#name(path, 'folder')
    else if (op === 'u') this.#name(path, null)
    else if (op === 'r') {
      const [from = '', to = ''] = path.split('\0')
      const moved = this.#live.get(from)
      if (moved === undefined) throw new Error(`${from} was renamed and is not known.`)
      this.#name(to, moved)
      this.#name(from, null)
    }
  }

  #name(path: string, file: number | 'folder' | null): void {
    if (typeof file === 'number') this.#live.set(path, file)
    else if (file === null) this.#live.delete(path)
    this.#folder(dirname(path)).pending.push({ name: path.slice(dirname(path).length + 1), file })
  }

  #folder(path: string) {
    const known = this.#folders.get(path)
    if (known) return known
    const made = { durable: new Map<string, number | 'folder'>(), pending: [] }
    this.#folders.set(path, made)
    return made
  }

  #sync(file: number): void {
    const name = [...this.#live].find(([, live]) => live === file)?.[0] ?? ''
    if (this.#ignored === 'file-fsync' && name.endsWith('.tmp')) return
    if (this.#ignored === 'database-fsync' && name.endsWith('library.db-wal')) return
    this.#durable.set(
      file,
      this.#withPending(file, () => true),
    )
    this.#pending.set(file, [])
  }

  #syncFolder(path: string): void {
    if (this.#ignored === 'folder-fsync' && path.includes('/pictures')) return
    const folder = this.#folder(path)
    for (const change of folder.pending) rename(folder.durable, change)
    folder.pending.length = 0
  }

  #withPending(file: number, isKept: () => boolean): Buffer {
    let content: Buffer = Buffer.from(this.#durable.get(file) ?? Buffer.alloc(0))
    for (const change of this.#pending.get(file) ?? []) {
      if ('length' in change) {
        if (isKept()) content = resized(content, change.length)
        continue
      }
      for (let at = 0; at < change.bytes.length; ) {
        const end = Math.min(change.bytes.length, at + block - ((change.offset + at) % block))
        if (isKept()) {
          content = resized(content, Math.max(content.length, change.offset + end))
          change.bytes.copy(content, change.offset + at, at, end)
        }
        at = end
      }
    }
    return content
  }

  /** What the disk holds after a power cut now, written to `target`. */
  async cut(target: string, unsynced: Unsynced, random: Random): Promise<void> {
    const isKept = unsynced === 'lost' ? () => false : () => random() < 0.5
    const write = async (path: string): Promise<void> => {
      const folder = this.#folders.get(path)
      const names = new Map(folder?.durable)
      const kept = unsynced === 'lost' ? 0 : Math.floor(random() * ((folder?.pending.length ?? 0) + 1))
      for (const change of folder?.pending.slice(0, kept) ?? []) rename(names, change)
      await mkdir(join(target, path.slice(this.#root.length)), { recursive: true })
      for (const [name, file] of names) {
        const inner = join(path, name)
        if (file === 'folder') await write(inner)
        else await writeFile(join(target, inner.slice(this.#root.length)), this.#withPending(file, isKept))
      }
    }
    await write(this.#root)
  }
}

function rename(names: Map<string, number | 'folder'>, { name, file }: NameChange): void {
  if (file === null) names.delete(name)
  else names.set(name, file)
}

function resized(content: Buffer, length: number): Buffer {
  if (content.length === length) return content
  const next = Buffer.alloc(length)
  content.copy(next)
  return next
}
