import type { Problem } from '#shared/contract/common.ts'
import type { SheetEncoding } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'
import { limits } from './limits.ts'
import type { InSlices } from './rows.ts'

export interface DecodedSheet {
  readonly text: string
  readonly encoding: SheetEncoding
  readonly problems: Problem[]
}

const startsWith = (bytes: Uint8Array, ...start: number[]): boolean => start.every((byte, at) => bytes[at] === byte)

/** XLSX is a zip archive; so are other things, which then have no workbook inside. */
export const isPacked = (bytes: Uint8Array): boolean => startsWith(bytes, 0x50, 0x4b, 0x03, 0x04)

/** Sentences for files that people do pick by mistake; others are found by their NUL bytes. */
export function refuseOtherFiles(name: string, bytes: Uint8Array): void {
  if (bytes.byteLength > limits.bytes) {
    throw new AppError('invalid-input', `"${name}" is over 64 MB; split the sheet and load its parts one by one.`)
  }
  if (startsWith(bytes, 0xd0, 0xcf, 0x11, 0xe0)) {
    throw new AppError(
      'invalid-input',
      `"${name}" is an old workbook (XLS) or one with a password; save the sheet as CSV or XLSX and load that.`,
    )
  }
  if (startsWith(bytes, 0x1f, 0x8b) || startsWith(bytes, 0x25, 0x50, 0x44, 0x46)) {
    throw new AppError(
      'invalid-input',
      `"${name}" is packed or a PDF; load the sheet itself, as CSV, TSV, JSONL, XLSX or text.`,
    )
  }
}

const refuseBinary = (name: string): never => {
  throw new AppError('invalid-input', `"${name}" holds NUL bytes, so it is no text; save the sheet as CSV in UTF-8.`)
}

const sampleBytes = 4096

/** By the byte order mark; without one, by where the NUL bytes of Latin letters stand. `null`: one byte at a time. */
function wideEncoding(bytes: Uint8Array): SheetEncoding | null {
  if (startsWith(bytes, 0xff, 0xfe)) return 'utf-16le'
  if (startsWith(bytes, 0xfe, 0xff)) return 'utf-16be'
  const sample = bytes.subarray(0, Math.min(sampleBytes, bytes.length - (bytes.length % 2)))
  let [even, odd] = [0, 0]
  for (let at = 0; at < sample.length; at++) {
    if (sample[at] !== 0) continue
    if (at % 2 === 0) even++
    else odd++
  }
  const [most, least] = [0.4, 0.05].map((share) => (share * sample.length) / 2)
  if (most === undefined || least === undefined || sample.length < 4) return null
  return odd > most && even < least ? 'utf-16le' : even > most && odd < least ? 'utf-16be' : null
}

/**
 * The file's text without its byte order mark: UTF-16 by its mark or its NUL bytes, else UTF-8 where it is valid, else
 * Windows-1252, which is said as a problem. `asked` overrules all that. Throws `invalid-input` for what is no text.
 */
export function* decode(name: string, bytes: Uint8Array, asked?: SheetEncoding): InSlices<DecodedSheet> {
  const encoding = asked ?? wideEncoding(bytes) ?? 'utf-8'
  const isWide = encoding.startsWith('utf-16')
  if (!isWide && bytes.includes(0)) refuseBinary(name)
  yield
  const strict = yield* decodedStrictly(bytes, encoding)
  const decoded = strict === null ? yield* afterAll(bytes, asked) : { text: strict, encoding, problems: [] }
  if (isWide && decoded.text.includes('\0')) refuseBinary(name)
  yield
  if (!/\S/.test(decoded.text)) throw new AppError('invalid-input', `"${name}" is empty; is it the right file?`)
  return decoded
}

/** What is no valid UTF-8 is Windows-1252, unless a person knows better. */
function* afterAll(bytes: Uint8Array, asked: SheetEncoding | undefined): InSlices<DecodedSheet> {
  const encoding = asked ?? 'windows-1252'
  const text = yield* decodedInSlices(bytes, new TextDecoder(encoding))
  const message =
    asked === undefined
      ? 'The file is not UTF-8, so it was read as Windows-1252; if letters look wrong, save it as UTF-8.'
      : 'Some bytes of the file are no letters in this encoding; they were read as �.'
  return { text, encoding, problems: [{ row: null, line: null, column: null, message }] }
}

/** `null` where some bytes are no letters in this encoding. */
function* decodedStrictly(bytes: Uint8Array, encoding: SheetEncoding): InSlices<string | null> {
  try {
    return yield* decodedInSlices(bytes, new TextDecoder(encoding, { fatal: true }))
  } catch (error) {
    // The decoder's only way to say so is a TypeError.
    if (error instanceof TypeError) return null
    throw error
  }
}

function* decodedInSlices(bytes: Uint8Array, decoder: InstanceType<typeof TextDecoder>): InSlices<string> {
  const pieces: string[] = []
  const pieceBytes = 2 * 1024 * 1024
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    pieces.push(decoder.decode(bytes.subarray(at, at + pieceBytes), { stream: true }))
    yield
  }
  pieces.push(decoder.decode())
  return pieces.join('')
}
