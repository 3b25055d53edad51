import { stringEnd } from './json-members.ts'

/** Shorter texts stay where they are: reading them costs nothing. */
const longBytes = 32 * 1024
/** So much of a picture is a JavaScript string at a time: so little that it is garbage of the cheap kind. */
const sliceBytes = 64 * 1024
const quote = 0x22
const backslash = 0x5c
/** `\u002b`, the longest way to write one sign of base64. */
const longestEscape = 6

/** What stands in a text in the place of a picture that was taken out of it. No base64 and no address begins so. */
const tokenOf = (at: number): string => `picture:${at}`

export interface PicturesApart {
  /** The same JSON with `picture:0`, `picture:1` in the place of pictures. */
  readonly bytes: Uint8Array
  /** By what stands in their place. */
  readonly pictures: ReadonlyMap<string, Uint8Array>
}

/**
 * Takes the pictures out of JSON before anybody reads it: every long string that is base64, with or without `data:` before
 * it, is decoded in slices, over its own bytes: so of a line of 40 MB nothing is in memory but that line. The pictures are
 * good as long as it is. What does not begin as base64 stays as it is; JSON that is broken gives itself, for its reader to complain of.
 */
export function picturesApart(json: Uint8Array): PicturesApart {
  const text = Buffer.from(json.buffer, json.byteOffset, json.byteLength)
  const pictures = new Map<string, Uint8Array>()
  const kept: Uint8Array[] = []
  let keptTo = 0
  // Outside of strings no quote stands in JSON, so that each one found here begins a string.
  for (let start = text.indexOf(quote); start !== -1; ) {
    const end = stringEnd(text, start)
    if (end === null) break
    const picture = end - start > longBytes ? decoded(text.subarray(start + 1, end - 1)) : null
    if (picture) {
      const token = tokenOf(pictures.size)
      pictures.set(token, picture)
      kept.push(text.subarray(keptTo, start), Buffer.from(JSON.stringify(token)))
      keptTo = end
    }
    start = text.indexOf(quote, end)
  }
  if (pictures.size === 0) return { bytes: json, pictures }
  return { bytes: Buffer.concat([...kept, text.subarray(keptTo)]), pictures }
}

/** The bytes that the inside of a JSON string gives as base64, written over it; null where it begins as something else. */
function decoded(inside: Buffer): Uint8Array | null {
  let length = 0
  let left = ''
  for (let at = 0; at < inside.length; ) {
    const end = sliceEnd(inside, at)
    const slice = textOf(inside.subarray(at, end))
    const piece = at === 0 ? slice.replace(/^data:[^,]{0,200};base64,/, '') : slice
    if (at === 0 && !isBase64(piece)) return null
    at = end
    let signs = left + piece
    const write = (): number => inside.write(signs.slice(0, wholeOf(signs)), length, 'base64')
    // Four signs are three bytes; what is over waits for the next slice. No byte is written before its signs are read.
    const wholeOf = ({ length: count }: string): number => (end === inside.length ? count : count - (count % 4))
    let written = write()
    if (end < inside.length && written !== (wholeOf(signs) * 3) / 4) {
      // Spaces were among them.
      signs = signs.replace(otherSigns, '')
      written = write()
    }
    length += written
    left = signs.slice(wholeOf(signs))
  }
  return inside.subarray(0, length)
}

/** Where a slice ends, without cutting an escape in two. */
function sliceEnd(inside: Buffer, from: number): number {
  const end = from + sliceBytes
  if (end >= inside.length) return inside.length
  const escapeAt = inside.subarray(end - longestEscape + 1, end).lastIndexOf(backslash)
  return escapeAt === -1 ? end : end - longestEscape + 1 + escapeAt
}

const otherSigns = /[^\w+/-]/g

/** In the alphabet for files or for addresses, spaces apart, with `=` at its end alone. */
function isBase64(text: string): boolean {
  const end = text.indexOf('=')
  const signs = end === -1 ? text : text.slice(0, end)
  return !/[^\w+/\s-]/.test(signs) && (end === -1 || /^==?\s*$/.test(text.slice(end)))
}

/** What a part of a JSON string says, its escapes read; as it stands where they are none. */
function textOf(slice: Buffer): string {
  const text = slice.toString('latin1')
  if (!slice.includes(backslash)) return text
  try {
    const read: unknown = JSON.parse(`"${text}"`)
    return typeof read === 'string' ? read : text
  } catch {
    return text
  }
}
