/** File names from templates: pure, so that a preview shows exactly what a delivery will write. */

/** ext4, APFS and NTFS take 255 bytes or more; names of at most 255 bytes of UTF-8 fit them all. */
const longestNameBytes = 255

/** A name is made from this much of a stem at most, in UTF-16 code units; what is behind is cut off anyway. */
const mostRead = 4096

const placeholder = /\{([^{}]*)\}/g
const folded = (name: string): string => name.trim().toLowerCase()

/** What is wrong with a template, and where, in UTF-16 code units of its text. */
export interface NameMistake {
  readonly at: number
  readonly length: number
  readonly message: string
}

/** Placeholders whose name is not known (names match without regard to case), and braces without a partner. */
export function nameMistakes(template: string, known: readonly string[]): NameMistake[] {
  const names = new Set(known.map(folded))
  const unknown = Array.from(template.matchAll(placeholder))
    .filter((match) => !names.has(folded(match[1] ?? '')))
    .map((match) => ({
      at: match.index,
      length: match[0].length,
      message: `There is no "${match[1] ?? ''}" to put into a name; there are ${known.join(', ')}.`,
    }))
  const blanked = template.replace(placeholder, (whole) => ' '.repeat(whole.length))
  const lonely = Array.from(blanked.matchAll(/[{}]/g)).map((match) => ({
    at: match.index,
    length: 1,
    message: `This ${match[0]} has no partner; a placeholder is written like {id}.`,
  }))
  return [...unknown, ...lonely].sort((one, other) => one.at - other.at)
}

/**
 * The template with its values; the result still has to go through `safeFileName`. A placeholder that is not known
 * stays as it is. An empty value takes the separator behind it along (at the end, the one before it), so that
 * `{id}-{colour}-{variant}` without a colour gives `A1-1`.
 */
export function expandName(template: string, values: Readonly<Record<string, string | number | null>>): string {
  const byName = new Map(Object.entries(values).map(([name, value]) => [folded(name), `${value ?? ''}`.trim()]))
  const gap = '\uffff'
  const filled = template.replaceAll(gap, '').replace(placeholder, (whole, name: string) => {
    const value = byName.get(folded(name))
    return value === undefined ? whole : value.replaceAll(gap, '') || gap
  })
  return filled.replace(/\uffff+[-_. ]/g, '').replace(/[-_. ]?\uffff+/g, '')
}

/**
 * Device names that Windows reserves whatever follows the first dot, superscript digits included (Microsoft,
 * "Naming Files, Paths, and Namespaces", read 2026-11).
 */
const reserved = /^(?:con|prn|aux|nul|conin\$|conout\$|clock\$|(?:com|lpt)[0-9¹²³])$/i

/** Invisible and unassigned characters, bidi controls among them; the joiners that emoji and some scripts need stay. */
const invisible = /(?![\u200c\u200d])[\p{Cc}\p{Cf}\p{Cn}\p{Cs}]/gu

/**
 * `STEM.EXTENSION` as a name that is valid on Windows, macOS and Linux and is one name, never a path: NFC, at most 255
 * bytes of UTF-8 (the stem is cut between whole characters as people see them, the extension never), no reserved
 * device name, never empty (`image`). Safe to apply again: a safe stem stays as it is. `spareBytes` are left for what
 * is put behind the name later, `.xmp` for instance.
 */
export function safeFileName(stem: string, extension: string, spareBytes = 0): string {
  const suffix = suffixOf(extension)
  const visible = stem
    .slice(0, mostRead)
    .replace(/\s+/g, ' ')
    .replace(invisible, '')
    .replace(/ +/g, ' ')
    .normalize('NFC')
  const clean = trimmed(visible.replace(/[\\/:*?"<>|]/g, '-').replace(/\.{2,}/g, '.'))
  const room = longestNameBytes - spareBytes - utf8Length(suffix)
  const cut = trimmed(cutToBytes(clean, room)) || 'image'
  const device = cut.split('.')[0]?.trimEnd() ?? ''
  return (reserved.test(device) ? trimmed(cutToBytes(`_${cut}`, room)) : cut) + suffix
}

/** Windows drops dots and blanks at the end, and a dot in front hides a file elsewhere. */
const trimmed = (stem: string): string => stem.replace(/^[ .]+/, '').replace(/[ .]+$/, '')

const suffixOf = (extension: string): string => {
  const plain = extension.replace(/[^A-Za-z0-9]/g, '')
  return plain === '' ? '' : `.${plain}`
}

const utf8Length = (text: string): number => {
  let bytes = 0
  for (const char of text) {
    const code = char.codePointAt(0) ?? 0
    bytes += code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
  }
  return bytes
}

const segmenter = typeof Intl === 'object' && 'Segmenter' in Intl ? new Intl.Segmenter('en') : null

/** The longest beginning of at most `room` bytes that splits no grapheme; where one alone is too long, no code point. */
function cutToBytes(text: string, room: number): string {
  // Every code unit is at least one byte: what lies beyond `room` units cannot fit and is not worth reading.
  if (text.length <= room && utf8Length(text) <= room) return text
  const head = text.slice(0, room + 64)
  const graphemes = segmenter === null ? head : Array.from(segmenter.segment(head), (part) => part.segment)
  return beginning(graphemes, room) || beginning(head, room)
}

function beginning(pieces: Iterable<string>, room: number): string {
  let kept = ''
  let left = room
  for (const piece of pieces) {
    left -= utf8Length(piece)
    if (left < 0) break
    kept += piece
  }
  return kept
}

/** Equal for names that some file system takes for one: case folded (both ways, so ß meets SS), NFKC. */
export const collisionKey = (name: string): string =>
  name.normalize('NFKC').toLowerCase().toUpperCase().toLowerCase().normalize('NFKC')

/**
 * The names, in the same order, with no two alike on any file system: the first of its kind keeps its name, later ones
 * get `-2`, `-3`, ... before the extension, still within 255 bytes and those spared. `collisions` counts the names that were changed.
 */
export function uniqueNames(names: readonly string[], spareBytes = 0): { names: string[]; collisions: number } {
  const keys = names.map(collisionKey)
  const taken = new Set(keys)
  const kept = new Set<string>()
  const nextNumber = new Map<string, number>()
  let collisions = 0
  const unique = names.map((name, index) => {
    const key = keys[index] ?? ''
    if (!kept.has(key)) {
      kept.add(key)
      return name
    }
    collisions += 1
    const dot = name.lastIndexOf('.')
    const extension = dot > 0 ? name.slice(dot) : ''
    // Room for a number of six digits, whichever it will be: names cut alike then share one counter.
    const room = longestNameBytes - spareBytes - utf8Length(extension) - '-999999'.length
    const stem = trimmed(cutToBytes(dot > 0 ? name.slice(0, dot) : name, room)) || 'image'
    const counter = collisionKey(stem + extension)
    for (let number = nextNumber.get(counter) ?? 2; ; number++) {
      const candidate = `${stem}-${number}${extension}`
      const candidateKey = collisionKey(candidate)
      if (taken.has(candidateKey)) continue
      taken.add(candidateKey)
      nextNumber.set(counter, number + 1)
      return candidate
    }
  })
  return { names: unique, collisions }
}

/** What a name can be made of beside the sheet's columns. `date` is the day the batch was made (UTC): it never changes. */
export const ownPlaceholders = [
  'id',
  'row',
  'number',
  'variant',
  'stage',
  'decision',
  'rating',
  'label',
  'output',
  'provider',
  'model',
  'seed',
  'width',
  'height',
  'prompt',
  'batch',
  'date',
] as const
