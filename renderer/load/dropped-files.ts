import { base64Of } from './base64.ts'

/** A file with its path below what was chosen or dropped. */
export interface PlacedFile {
  readonly path: string
  readonly file: File
}

const wildcardEnding = /\.(txt|ya?ml|json|zip)$/i
const mostFiles = 5000

/** Files of a picker; of a chosen folder, below that folder. */
export const chosenFiles = (files: Iterable<File>): PlacedFile[] =>
  [...files].map((file) => ({ path: file.webkitRelativePath.split('/').slice(1).join('/') || file.name, file }))

/** Everything that was dropped: files, and those in folders at any depth, below the folder. */
export async function droppedFiles(items: DataTransferItemList): Promise<PlacedFile[]> {
  // Entries are gone once the event is over: all are taken before anything is waited for.
  const entries = [...items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  const found: PlacedFile[] = []
  for (const entry of entries) await collect(entry, '', found, true)
  return found
}

async function collect(entry: FileSystemEntry, below: string, found: PlacedFile[], isFirst: boolean): Promise<void> {
  if (found.length >= mostFiles) return
  if (entry instanceof FileSystemFileEntry) {
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    found.push({ path: below + entry.name, file })
  } else if (entry instanceof FileSystemDirectoryEntry) {
    const reader = entry.createReader()
    for (;;) {
      // A folder is read a hundred entries at a time.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
      if (some.length === 0) return
      for (const each of some) await collect(each, isFirst ? '' : `${below}${entry.name}/`, found, false)
    }
  }
}

/** As the engine takes them; files that cannot hold wildcards are left out. */
export const asWildcards = (files: readonly PlacedFile[]): Promise<{ path: string; bytesBase64: string }[]> =>
  Promise.all(
    files
      .filter(({ path, file }) => wildcardEnding.test(path) && file.size > 0)
      .map(async ({ path, file }) => ({ path, bytesBase64: await base64Of(file) })),
  )
