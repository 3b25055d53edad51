/** A picture with the path that the sheet may know it by: `shoes/red.png` where its folder came with it. */
export interface NamedPicture {
  readonly name: string
  readonly file: File
}

const isPicture = (name: string): boolean => /\.(?:png|jpe?g|webp|avif)$/i.test(name)

/** The pictures among chosen files; a chosen folder gives its files with their paths. */
export const picturesIn = (files: Iterable<File>): NamedPicture[] =>
  [...files].map((file) => ({ name: file.webkitRelativePath || file.name, file })).filter(({ name }) => isPicture(name))

/** The pictures among what was dropped, folders opened. Reads the entries at once: they are gone when the event is over. */
export function droppedPictures(data: DataTransfer): Promise<NamedPicture[]> {
  const entries = [...data.items].flatMap((item) => item.webkitGetAsEntry() ?? [])
  if (entries.length === 0) return Promise.resolve(picturesIn(data.files))
  return Promise.all(entries.map((entry) => picturesBelow(entry, ''))).then((found) => found.flat())
}

async function picturesBelow(entry: FileSystemEntry, folder: string): Promise<NamedPicture[]> {
  const path = folder + entry.name
  if (isFile(entry)) {
    if (!isPicture(entry.name)) return []
    const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject))
    return [{ name: path, file }]
  }
  if (!isFolder(entry)) return []
  const inner = await entriesOf(entry)
  return (await Promise.all(inner.map((one) => picturesBelow(one, `${path}/`)))).flat()
}

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory

/** A reader gives a hundred at a time, and none when it is at the end. */
async function entriesOf(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) => reader.readEntries(resolve, reject))
    if (some.length === 0) return all
    all.push(...some)
  }
}
