import type { ColumnMapping, ColumnRole } from '#shared/contract/sheets.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { type CellValue, formatOf, isTransparent, optionOf, ratioOf } from './cell-values.ts'

/** What a row asks for in place of the profile's; `null` and absent options are not asked for. */
export interface RowOverrides {
  /** Width over height, where the row names no size. */
  readonly ratio: number | null
  readonly quality: string | null
  readonly outputFormat: GenerationRequest['outputFormat']
  readonly options: Readonly<Record<string, string | number | boolean>>
}

interface RowCells {
  readonly cell: (role: ColumnRole) => string
  /** The value; null where it is wrong, which is then said. */
  readonly valid: <Value>(role: ColumnRole, read: CellValue<Value>) => Value | null
}

const optionPrefix = 'options.'

/** The row's own parameters beside its size, seed, model and count; `null` for a row without any. */
export function overridesOf(mapping: ColumnMapping, { cell, valid }: RowCells): RowOverrides | null {
  const quality = cell('quality').trim()
  const options: Record<string, string | number | boolean> = {}
  for (const role of Object.keys(mapping)) {
    const value = role.startsWith(optionPrefix) ? optionOf(cell(`options.${role.slice(optionPrefix.length)}`)) : null
    if (value !== null) options[role.slice(optionPrefix.length)] = value
  }
  if (valid('background', isTransparent(cell('background')))) options.transparent = true
  const overrides = {
    ratio: valid('ratio', ratioOf(cell('ratio'))),
    quality: quality === '' || quality.toLowerCase() === 'auto' ? null : quality,
    outputFormat: valid('format', formatOf(cell('format'))),
    options,
  }
  const { ratio, outputFormat } = overrides
  const isEmpty = ratio === null && overrides.quality === null && outputFormat === null
  return isEmpty && Object.keys(options).length === 0 ? null : overrides
}
