import type { XmlHandlers } from './xml.ts'

/** How a number is shown, as far as that changes what a prompt or an id reads: as a date, or with zeros in front. */
export type NumberStyle =
  | { readonly kind: 'plain' | 'date' | 'time' }
  | { readonly kind: 'zeros'; readonly digits: number }

const plain: NumberStyle = { kind: 'plain' }

/** Built-in formats that are dates or times (ECMA-376, part 1, 18.8.30); 27 to 58 are the Asian calendars. */
const isBuiltInDate = (id: number): boolean =>
  (id >= 14 && id <= 17) || id === 22 || (id >= 27 && id <= 36) || (id >= 50 && id <= 58)
const isBuiltInTime = (id: number): boolean => (id >= 18 && id <= 21) || (id >= 45 && id <= 47)

/** Letters outside of quotes, escapes and brackets say what a format shows; hours may stand in brackets. */
function styleOf(id: number, code: string | undefined): NumberStyle {
  if (code === undefined) return isBuiltInDate(id) ? { kind: 'date' } : isBuiltInTime(id) ? { kind: 'time' } : plain
  const shown = (code.split(';')[0] ?? '')
    .replace(/"[^"]*"|\\.|_.|\*./g, '')
    .replace(/\[(?!h+\]|m+\]|s+\])[^\]]*\]/gi, '')
  if (/^0{2,20}$/.test(shown)) return { kind: 'zeros', digits: shown.length }
  if (/general/i.test(shown)) return plain
  return /[yd]/i.test(shown)
    ? { kind: 'date' }
    : /[hs]/i.test(shown)
      ? { kind: 'time' }
      : /m/i.test(shown)
        ? { kind: 'date' }
        : plain
}

/** Reads styles.xml: own formats, then which of them each cell style uses. */
export function dateStyles(): { handlers: XmlHandlers; all: () => NumberStyle[] } {
  const codes = new Map<number, string>()
  const ids: number[] = []
  let isCells = false
  return {
    handlers: {
      open(tag, attribute) {
        if (tag === 'numFmt') codes.set(Number(attribute('numFmtId')), attribute('formatCode') ?? '')
        if (tag === 'cellXfs') isCells = true
        if (tag === 'xf' && isCells) ids.push(Number(attribute('numFmtId') ?? 0))
      },
      close(tag) {
        if (tag === 'cellXfs') isCells = false
      },
    },
    all: () => ids.map((id) => styleOf(id, codes.get(id))),
  }
}

const dayMs = 86_400_000

/**
 * A number as the spreadsheet shows it: whole days as `2026-11-20`, with a time `2026-11-20 14:30`, times alone `14:30`.
 * Other numbers have up to 15 digits, as many as spreadsheets keep.
 */
export function numberText(source: string, style: NumberStyle, from1904: boolean): string {
  const value = Number(source)
  if (source.trim() === '' || !Number.isFinite(value)) return source
  if (style.kind === 'zeros' && Number.isInteger(value)) return String(value).padStart(style.digits, '0')
  if (style.kind === 'date' || style.kind === 'time') return dateText(value, style.kind, from1904) ?? source
  return Number.isSafeInteger(value) ? String(value) : String(Number(value.toPrecision(15)))
}

function dateText(serial: number, kind: 'date' | 'time', from1904: boolean): string | null {
  // 1900 was no leap year, but spreadsheets count a 29 February then: days before it are one off.
  const days = from1904 ? serial + 1462 : serial < 60 ? serial + 1 : serial
  const date = new Date(Math.round((days - 25_569) * dayMs))
  if (Number.isNaN(date.getTime()) || serial < 0) return null
  const [day = '', time = ''] = date.toISOString().split('T')
  const clock = time.slice(0, time.startsWith(':00', 5) ? 5 : 8)
  if (kind === 'time' && serial < 1) return clock
  return clock === '00:00' ? day : `${day} ${clock}`
}
