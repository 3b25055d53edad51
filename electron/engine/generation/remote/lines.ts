import { type FileHandle, open } from 'node:fs/promises'

/** A line longer than this is no result of anything that was asked for: it is passed over. */
const mostLineBytes = 96 * 1024 * 1024
const firstBytes = 1024 * 1024
const newline = 10

/**
 * The lines of a file without their ends, one at a time: it may be gigabytes, and no more of it is in memory than its
 * longest line. A line is good until the next one is asked for, as its memory is used again. Empty lines are left out.
 */
export async function* linesOf(path: string, mostBytes = mostLineBytes): AsyncGenerator<Uint8Array> {
  const file = await open(path, 'r')
  try {
    let buffer = Buffer.allocUnsafe(firstBytes)
    let start = 0
    let end = 0
    let isTooLong = false
    let position = 0
    for (let scanned = 0; ; ) {
      const at = buffer.subarray(scanned, end).indexOf(newline)
      if (at !== -1) {
        const lineEnd = scanned + at
        if (lineEnd > start && !isTooLong && lineEnd - start <= mostBytes) yield buffer.subarray(start, lineEnd)
        isTooLong = false
        start = scanned = lineEnd + 1
        continue
      }
      // Only the beginning of a line is left: it goes to the front, and more of it comes behind.
      isTooLong ||= end - start > mostBytes
      if (isTooLong) start = end
      buffer.copyWithin(0, start, end)
      end -= start
      start = 0
      if (end === buffer.length) buffer = Buffer.concat([buffer], end + (await restOfLine(file, position, mostBytes)))
      const { bytesRead } = await file.read(buffer, end, buffer.length - end, position)
      position += bytesRead
      scanned = end
      end += bytesRead
      if (bytesRead > 0) continue
      if (end > 0 && !isTooLong && end <= mostBytes) yield buffer.subarray(0, end)
      return
    }
  } finally {
    await file.close()
  }
}

/** How much more room the line takes that goes on at `from`, found before the room is made: doubling would take twice as much. */
async function restOfLine(file: FileHandle, from: number, mostBytes: number): Promise<number> {
  const block = Buffer.allocUnsafe(firstBytes)
  let length = 0
  while (length <= mostBytes) {
    const { bytesRead } = await file.read(block, 0, block.length, from + length)
    length += bytesRead
    if (bytesRead === 0 || block.subarray(0, bytesRead).includes(newline)) break
  }
  return length + 1
}
