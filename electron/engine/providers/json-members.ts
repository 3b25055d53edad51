const quote = 0x22
const backslash = 0x5c
const comma = 0x2c
const colon = 0x3a
const opening: ReadonlySet<number> = new Set([0x7b, 0x5b])
const closing: ReadonlySet<number> = new Set([0x7d, 0x5d])

/**
 * The members of a JSON object as the very bytes of their values, none of them read or copied: so an answer of 40 MB inside
 * of a line goes to its reader as it came. Null for what is no object. Of values no more is looked at than where they end.
 */
export function jsonMembers(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> | null {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
  const members = new Map<string, Uint8Array>()
  let at = skipSpace(text, 0)
  if (text[at] !== 0x7b) return null
  at = skipSpace(text, at + 1)
  while (text[at] === quote) {
    const nameEnd = stringEnd(text, at)
    if (nameEnd === null) return null
    const name = nameFrom(text.subarray(at, nameEnd))
    at = skipSpace(text, nameEnd)
    if (name === null || text[at] !== colon) return null
    const start = skipSpace(text, at + 1)
    const end = valueEnd(text, start)
    if (end === null || end === start) return null
    members.set(name, text.subarray(start, end))
    at = skipSpace(text, end)
    if (text[at] === comma) at = skipSpace(text, at + 1)
  }
  return text[at] === 0x7d && skipSpace(text, at + 1) === text.length ? members : null
}

function nameFrom(bytes: Buffer): string | null {
  try {
    const name: unknown = JSON.parse(bytes.toString())
    return typeof name === 'string' ? name : null
  } catch {
    return null
  }
}

function skipSpace(text: Buffer, from: number): number {
  let at = from
  while (text[at] === 0x20 || text[at] === 0x09 || text[at] === 0x0a || text[at] === 0x0d) at++
  return at
}

/** Just after the string that begins here; null where it has no end. */
export function stringEnd(text: Buffer, start: number): number | null {
  for (let end = text.indexOf(quote, start + 1); end !== -1; end = text.indexOf(quote, end + 1)) {
    let slashes = 0
    while (text[end - 1 - slashes] === backslash) slashes++
    if (slashes % 2 === 0) return end + 1
  }
  return null
}

/** Just after the value that begins here. */
function valueEnd(text: Buffer, start: number): number | null {
  let depth = 0
  for (let at = start; at < text.length; ) {
    const byte = text[at] ?? 0
    if (byte === quote) {
      const end = stringEnd(text, at)
      if (end === null) return null
      at = end
      if (depth === 0) return at
      continue
    }
    if (opening.has(byte)) depth++
    else if (closing.has(byte)) {
      if (depth === 0) return trimmed(text, start, at)
      depth--
      if (depth === 0) return at + 1
    } else if (byte === comma && depth === 0) return trimmed(text, start, at)
    at++
  }
  return null
}

function trimmed(text: Buffer, start: number, end: number): number {
  let at = end
  while (at > start && (text[at - 1] ?? 0) <= 0x20) at--
  return at
}
