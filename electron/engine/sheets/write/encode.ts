import type { SheetEncoding } from '#shared/contract/sheets.ts'

const marks: Readonly<Partial<Record<SheetEncoding, readonly number[]>>> = {
  'utf-8': [0xef, 0xbb, 0xbf],
  'utf-16le': [0xff, 0xfe],
  'utf-16be': [0xfe, 0xff],
}

/** Text as bytes in the encoding that the sheet came in, with a byte order mark where it had one. */
export function encode(text: string, encoding: SheetEncoding, original: Uint8Array): Uint8Array {
  const mark = marks[encoding] ?? []
  const hasMark = mark.length > 0 && mark.every((byte, at) => original[at] === byte)
  return Buffer.concat([Buffer.from(hasMark ? mark : []), bytesOf(text, encoding)])
}

function bytesOf(text: string, encoding: SheetEncoding): Buffer {
  if (encoding === 'utf-8') return Buffer.from(text, 'utf8')
  if (encoding === 'windows-1252') return windows1252(text)
  const bytes = Buffer.from(text, 'utf16le')
  return encoding === 'utf-16be' ? bytes.swap16() : bytes
}

/** What the encoding has no letter for becomes `?`; that can only be in a cell of ours. */
function windows1252(text: string): Buffer {
  const letters = new TextDecoder('windows-1252').decode(Uint8Array.from({ length: 256 }, (_, byte) => byte))
  const byteOf = new Map([...letters].map((letter, byte) => [letter.charCodeAt(0), byte]))
  const bytes = Buffer.alloc(text.length)
  for (let at = 0; at < text.length; at++) bytes[at] = byteOf.get(text.charCodeAt(at)) ?? 0x3f
  return bytes
}
