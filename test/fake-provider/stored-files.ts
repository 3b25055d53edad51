import { createReadStream, createWriteStream } from 'node:fs'
import { mkdtemp, open, rm } from 'node:fs/promises'
import type { IncomingMessage } from 'node:http'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { pipeline } from 'node:stream/promises'

/** A file that was uploaded, on disk as it came; its own bytes are those from `start` to `end`. */
export interface StoredFile {
  readonly id: string
  readonly name: string
  readonly purpose: string | null
  readonly createdMs: number
  readonly path: string
  readonly start: number
  readonly end: number
}

export interface FileLine {
  readonly offset: number
  readonly bytes: Buffer
}

/** Uploaded files of any size: none of them is ever held in memory. */
export interface StoredFiles {
  /** The file of a form (the last part of it), or the whole body. */
  receive(request: IncomingMessage, id: (n: number) => string): Promise<StoredFile>
  find(id: string): StoredFile | null
  all(): readonly StoredFile[]
  lines(file: StoredFile): AsyncGenerator<FileLine>
  readAt(file: StoredFile, offset: number, length: number): Promise<Buffer>
  remove(id: string): boolean
  close(): Promise<void>
}

/** Heads of parts and text fields stand within so many bytes. */
const headBytes = 64 * 1024

export function openStoredFiles(): StoredFiles {
  const files = new Map<string, StoredFile>()
  let folder: string | null = null
  let count = 0
  const bytesAt = async (path: string, offset: number, length: number): Promise<Buffer> => {
    const file = await open(path)
    try {
      const buffer = Buffer.alloc(length)
      const { bytesRead } = await file.read(buffer, 0, length, offset)
      return buffer.subarray(0, bytesRead)
    } finally {
      await file.close()
    }
  }
  return {
    async receive(request, id) {
      folder ??= await mkdtemp(join(tmpdir(), 'proofsheet-fake-'))
      const n = ++count
      const path = join(folder, String(n))
      const target = createWriteStream(path)
      await pipeline(request, target)
      const whole = { id: id(n), path, createdMs: Date.now() }
      const boundary = /boundary=(\S+)/.exec(request.headers['content-type'] ?? '')?.[1]
      const file: StoredFile = boundary
        ? { ...whole, ...formFile(await bytesAt(path, 0, headBytes), boundary, target.bytesWritten) }
        : { ...whole, name: '', purpose: null, start: 0, end: target.bytesWritten }
      files.set(file.id, file)
      return file
    },
    find: (id) => files.get(id) ?? null,
    all: () => [...files.values()],
    async *lines({ path, start, end }) {
      if (end <= start) return
      let left: Buffer[] = []
      let offset = start
      const stream: AsyncIterable<Buffer> = createReadStream(path, { start, end: end - 1, highWaterMark: 1024 * 1024 })
      for await (const chunk of stream) {
        let at = 0
        for (let newline = chunk.indexOf(10); newline !== -1; newline = chunk.indexOf(10, at)) {
          const bytes = Buffer.concat([...left, chunk.subarray(at, newline)])
          yield { offset, bytes }
          offset += bytes.length + 1
          left = []
          at = newline + 1
        }
        left.push(chunk.subarray(at))
      }
      const rest = Buffer.concat(left)
      if (rest.length > 0) yield { offset, bytes: rest }
    },
    readAt: ({ path }, offset, length) => bytesAt(path, offset, length),
    remove: (id) => files.delete(id),
    close: async () => {
      if (folder !== null) await rm(folder, { recursive: true, force: true })
    },
  }
}

/** Where the file of a form lies, and the text fields before it. */
function formFile(
  head: Buffer,
  boundary: string,
  total: number,
): Pick<StoredFile, 'name' | 'purpose' | 'start' | 'end'> {
  const text = head.toString('latin1')
  const part = /filename="([^"]*)"[\s\S]*?\r\n\r\n/.exec(text)
  if (!part) throw new Error('the form has no file')
  const purpose = /name="purpose"\r\n\r\n([^\r]*)/.exec(text)?.[1] ?? null
  const start = part.index + part[0].length
  return { name: part[1] ?? '', purpose, start, end: total - `\r\n--${boundary}--\r\n`.length }
}
