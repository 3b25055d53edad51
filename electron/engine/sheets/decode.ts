import type { Problem } from '#shared/contract/common.ts'
import { AppError } from '#shared/errors.ts'
import { checkLineLength, limits } from './limits.ts'
import type { InSlices } from './rows.ts'

const startsWith = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte)

/** Sentences for files that people do pick by mistake; others are found by their NUL bytes. */
function refuseOtherFiles(name: string, bytes: Uint8Array): void {
  if (bytes.byteLength > limits.bytes) {
    throw new AppError('invalid-input', `"${name}" is over 64 MB; split the sheet and load its parts one by one.`)
  }
  if (startsWith(bytes, 0x50, 0x4b, 0x03, 0x04) || startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) {
    throw new AppError(
      'invalid-input',
      `"${name}" is a workbook (or another packed file); in the spreadsheet program save the sheet as CSV and load that.`,
    )
  }
  if (startsWith(bytes, 0x1f, 0x8b) || startsWith(bytes, 0x25, 0x50, 0x44, 0x46)) {
    throw new AppError(
      'invalid-input',
      `"${name}" is packed or a PDF; load the sheet itself, as CSV, TSV, JSONL or text.`,
    )
  }
}

const refuseBinary = (name: string): never => {
  throw new AppError(
    'invalid-input',
    `"${name}" holds NUL bytes, so it is no text (or UTF-16 without its mark); save the sheet as CSV in UTF-8.`,
  )
}

/**
 * The file's text without its byte order mark: UTF-16 by its mark, else UTF-8 where it is valid, else Windows-1252,
 * which is said as a problem. Throws `invalid-input` for what is no sheet or too large to be one.
 */
export function* decode(name: string, bytes: Uint8Array): InSlices<{ text: string; problems: Problem[] }> {
  refuseOtherFiles(name, bytes)
  const wide = startsWith(bytes, 0xff, 0xfe) ? 'utf-16le' : startsWith(bytes, 0xfe, 0xff) ? 'utf-16be' : null
  if (wide === null && bytes.includes(0)) refuseBinary(name)
  yield
  let text = wide === null ? validUtf8(bytes) : new TextDecoder(wide).decode(bytes)
  const problems: Problem[] = []
  if (text === null) {
    text = yield* windows1252(bytes)
    const message = 'The file is not UTF-8, so it was read as Windows-1252; if letters look wrong, save it as UTF-8.'
    problems.push({ row: null, line: null, column: null, message })
  }
  yield
  if (wide !== null && text.includes('\0')) refuseBinary(name)
  if (text.trim() === '') throw new AppError('invalid-input', `"${name}" is empty; is it the right file?`)
  checkLineLength(text)
  yield
  return { text, problems }
}

function validUtf8(bytes: Uint8Array): string | null {
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes)
  } catch (error) {
    // The decoder's only way to say "not UTF-8" is a TypeError.
    if (error instanceof TypeError) return null
    throw error
  }
}

function* windows1252(bytes: Uint8Array): InSlices<string> {
  const decoder = new TextDecoder('windows-1252')
  const pieces: string[] = []
  const pieceBytes = 4 * 1024 * 1024
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    pieces.push(decoder.decode(bytes.subarray(at, at + pieceBytes)))
    yield
  }
  return pieces.join('')
}
