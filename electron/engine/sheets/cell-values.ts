import type { ColumnRole } from '#shared/contract/sheets.ts'
import { namesIn } from './reference-cells.ts'

/** A cell's value, or the sentence that says what is wrong with it. An empty cell is `null`: not asked for. */
export type CellValue<Value> =
  | { readonly ok: true; readonly value: Value | null }
  | { readonly ok: false; readonly message: string }

const ok = <Value>(value: Value | null): CellValue<Value> => ({ ok: true, value })
const wrong = (cell: string, rest: string): { ok: false; message: string } => ({
  ok: false,
  message: `"${cell.length > 60 ? `${cell.slice(0, 60)}...` : cell}" ${rest}`,
})

const longestSide = 16_384

const isSide = (pixels: number): boolean => Number.isInteger(pixels) && pixels >= 16 && pixels <= longestSide

/** A side in pixels, `768` or `768px`, from 16 to 16,384. */
export function sideOf(cell: string, side: 'width' | 'height'): CellValue<number> {
  const text = cell.trim()
  if (text === '') return ok<number>(null)
  const pixels = Number(/^(\d{1,6})\s*(?:px)?$/i.exec(text)?.[1] ?? Number.NaN)
  return isSide(pixels) ? ok(pixels) : wrong(text, `is not a ${side}; write it in pixels, like 1024.`)
}

/** `1024x768`, also with × or * and blanks; `2K` is 2048 on the longer side in the row's ratio; `auto` asks for nothing. */
export function sizeOf(cell: string, ratio: number | null = null): CellValue<{ width: number; height: number }> {
  const text = cell.trim()
  if (text === '' || text.toLowerCase() === 'auto') return ok<{ width: number; height: number }>(null)
  const longer = 1024 * Number(/^([124])K$/i.exec(text)?.[1] ?? 0)
  if (longer > 0) return ok(inRatio(longer, ratio ?? 1))
  const [, across, down] = /^(\d{1,6})\s*(?:px)?\s*[x×*]\s*(\d{1,6})\s*(?:px)?$/i.exec(text) ?? []
  const size = { width: Number(across), height: Number(down) }
  return isSide(size.width) && isSide(size.height) ? ok(size) : wrong(text, 'is not a size; write it like 1024x1024.')
}

/** Sides in steps of 64, which every model with free sizes takes. */
const inRatio = (longer: number, ratio: number): { width: number; height: number } => {
  const shorter = Math.max(64, Math.round((longer * Math.min(ratio, 1 / ratio)) / 64) * 64)
  return ratio >= 1 ? { width: longer, height: shorter } : { width: shorter, height: longer }
}

/** Width over height: `16:9`, `3/2`, `1.78`. */
export function ratioOf(cell: string): CellValue<number> {
  const text = cell.trim()
  if (text === '' || text.toLowerCase() === 'auto') return ok<number>(null)
  const [, across, down = '1'] = /^(\d{1,4}(?:[.,]\d{1,4})?)\s*(?:[:/x]\s*(\d{1,4}(?:[.,]\d{1,4})?))?$/.exec(text) ?? []
  const ratio = Number(across?.replace(',', '.')) / Number(down.replace(',', '.'))
  return ratio >= 0.1 && ratio <= 10 ? ok(ratio) : wrong(text, 'is not a ratio; write it like 16:9.')
}

const formats = { png: 'png', jpeg: 'jpeg', jpg: 'jpeg', webp: 'webp', avif: 'avif' } as const

/** A file format that a service can be asked for. */
export function formatOf(cell: string): CellValue<(typeof formats)[keyof typeof formats]> {
  const text = cell
    .trim()
    .toLowerCase()
    .replace(/^(?:image\/|\.)/, '')
  if (text === '' || text === 'auto') return ok<'png'>(null)
  const [, format] = Object.entries(formats).find(([name]) => name === text) ?? []
  return format === undefined ? wrong(cell.trim(), 'is not a file format; write png, jpeg, webp or avif.') : ok(format)
}

/** Whether the background is to be left out; what services call `opaque` is what they do anyway. */
export function isTransparent(cell: string): CellValue<boolean> {
  const text = cell.trim().toLowerCase()
  if (text === '' || text === 'auto' || text === 'opaque') return ok<boolean>(null)
  return text === 'transparent' ? ok(true) : wrong(cell.trim(), 'is not a background; write transparent or opaque.')
}

/** A field's value as services take it: a number, true or false where it is written as one, else the text. */
export function optionOf(cell: string): string | number | boolean | null {
  const text = cell.trim()
  if (text === '') return null
  if (/^(?:true|false)$/i.test(text)) return text.toLowerCase() === 'true'
  return /^-?(?:0|[1-9]\d{0,14})(?:\.\d{1,15})?$/.test(text) ? Number(text) : text
}

/** A whole number from 0; -1 means "any" in A1111 and ComfyUI, and so asks for nothing. */
export function seedOf(cell: string): CellValue<number> {
  const text = cell.trim()
  if (text === '' || text === '-1') return ok<number>(null)
  const seed = /^\d{1,16}$/.test(text) ? Number(text) : Number.NaN
  return Number.isSafeInteger(seed) ? ok(seed) : wrong(text, 'is not a seed; write a whole number, like 42.')
}

/** Variants of a prompt, 1 to 64. */
export function countCellOf(cell: string): CellValue<number> {
  const text = cell.trim()
  if (text === '') return ok<number>(null)
  const count = /^\d{1,3}$/.test(text) ? Number(text) : 0
  return count >= 1 && count <= 64 ? ok(count) : wrong(text, 'is not a count; write a whole number from 1 to 64.')
}

const isPictureName = (name: string): boolean =>
  /^https?:\/\/\S+$/i.test(name) || /\.(?:png|jpe?g|webp|avif)$/i.test(name)

/**
 * Whether a filled cell could be meant for this role, rightly written or not. `42`, `XL` and `45` (cm) are sizes of
 * products and no pixels; an image model has no blanks in its name, a car's or a shoe's often does.
 */
export function looksLike(role: ColumnRole, cell: string): boolean {
  if (role === 'size' || role === 'width' || role === 'height') return /^\d{3}|^auto$|^[124]K$/i.test(cell)
  if (role === 'count') return countCellOf(cell).ok || !/^\d+$/.test(cell)
  if (role === 'ratio') return /^\d+(?:\.\d+)?\s*[:/x]\s*\d/.test(cell)
  if (role === 'quality') return /^(?:low|medium|high|auto|standard|hd|ultra|fast|turbo|draft|best)$/i.test(cell)
  if (role === 'format') return /^(?:image\/|\.)?(?:png|jpe?g|webp|avif)$/i.test(cell)
  if (role === 'background') return /^(?:transparent|opaque|auto)$/i.test(cell)
  if (role.startsWith('reference')) return namesIn(cell).every(isPictureName)
  return role !== 'model' || !/\s/.test(cell)
}
