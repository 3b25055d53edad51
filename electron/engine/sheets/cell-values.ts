import type { ColumnRole } from '#shared/contract/sheets.ts'

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

/** `1024x768`, also with × or * and blanks; `auto`, as in OpenAI's requests, asks for nothing. */
export function sizeOf(cell: string): CellValue<{ width: number; height: number }> {
  const text = cell.trim()
  if (text === '' || text.toLowerCase() === 'auto') return ok<{ width: number; height: number }>(null)
  const [, across, down] = /^(\d{1,6})\s*(?:px)?\s*[x×*]\s*(\d{1,6})\s*(?:px)?$/i.exec(text) ?? []
  const size = { width: Number(across), height: Number(down) }
  return isSide(size.width) && isSide(size.height) ? ok(size) : wrong(text, 'is not a size; write it like 1024x1024.')
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

/**
 * Whether a filled cell could be meant for this role, rightly written or not. `42`, `XL` and `45` (cm) are sizes of
 * products and no pixels; an image model has no blanks in its name, a car's or a shoe's often does.
 */
export function looksLike(role: ColumnRole, cell: string): boolean {
  if (role === 'size' || role === 'width' || role === 'height') return /^\d{3}|^auto$/i.test(cell)
  if (role === 'count') return countCellOf(cell).ok || !/^\d+$/.test(cell)
  return role !== 'model' || !/\s/.test(cell)
}
