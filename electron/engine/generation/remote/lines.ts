import { createReadStream } from 'node:fs'

/** A line longer than this is no result of anything that was asked for: it is passed over. */
const mostLineBytes = 96 * 1024 * 1024
const newline = 10

/**
 * The lines of a file without their ends, one at a time and never more of the file than one line: it may be gigabytes.
 * Empty lines are left out.
 */
export async function* linesOf(path: string, mostBytes = mostLineBytes): AsyncGenerator<Uint8Array> {
  let parts: Uint8Array[] = []
  let length = 0
  for await (const chunk of createReadStream(path, { highWaterMark: 256 * 1024 })) {
    const bytes: unknown = chunk
    if (!(bytes instanceof Uint8Array)) continue
    let from = 0
    for (;;) {
      const end = bytes.indexOf(newline, from)
      const part = bytes.subarray(from, end === -1 ? undefined : end)
      length += part.length
      if (length > mostBytes) parts = []
      else if (part.length > 0) parts.push(part)
      if (end === -1) break
      if (length > 0 && length <= mostBytes) yield joined(parts, length)
      parts = []
      length = 0
      from = end + 1
    }
  }
  if (length > 0 && length <= mostBytes) yield joined(parts, length)
}

function joined(parts: readonly Uint8Array[], length: number): Uint8Array {
  const [first] = parts
  return parts.length === 1 && first ? first : Buffer.concat(parts, length)
}
