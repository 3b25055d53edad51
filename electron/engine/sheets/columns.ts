import type { ColumnMapping, ColumnRole } from '#shared/contract/sheets.ts'
import { looksLike } from './cell-values.ts'
import type { SheetRow } from './rows.ts'

/**
 * Usual names, the better one first; compared without case, blanks, `_` and `-`. `description` is taken as the prompt
 * and `name` as the id only where there is nothing better.
 */
const usualNames: Readonly<Record<ColumnRole, readonly string[]>> = {
  prompt: ['prompt', 'prompttext', 'textprompt', 'imageprompt', 'positiveprompt', 'text', 'prompts', 'description'],
  id: ['id', 'sku', 'customid', 'productid', 'promptid', 'itemid', 'handle', 'slug', 'key', 'name', 'productname'],
  negative: ['negativeprompt', 'negative'],
  seed: ['seed'],
  width: ['width', 'imagewidth'],
  height: ['height', 'imageheight'],
  size: ['size', 'imagesize', 'dimensions', 'resolution'],
  model: ['model', 'imagemodel'],
  count: ['count', 'n', 'variants', 'numberofimages', 'numimages'],
}

const roles = ['prompt', 'id', 'negative', 'seed', 'width', 'height', 'size', 'model', 'count'] as const

/** Roles whose columns describe a picture; a product's name does too, its number does not. */
const notInTemplate = new Set<ColumnRole>(['negative', 'seed', 'width', 'height', 'size', 'model', 'count'])

const plain = (name: string): string => name.toLowerCase().replace(/[\s_-]+/g, '')

/** Whether a name is usual for the prompt column, and no stopgap: tells a header from a first line of text. */
export const isPromptName = (name: string): boolean => {
  const place = usualNames.prompt.indexOf(plain(name))
  return place !== -1 && place < usualNames.prompt.length - 1
}

export const isUsualName = (name: string): boolean => roles.some((role) => usualNames[role].includes(plain(name)))

/** Header cells as names: trimmed, none empty, no two alike (also not by case alone, since templates ignore case). */
export function columnNames(header: readonly string[]): string[] {
  const taken = new Set<string>()
  return header.map((cell, index) => {
    const name = cell.trim() || `column ${index + 1}`
    let unique = name
    for (let number = 2; taken.has(unique.toLowerCase()); number++) unique = `${name} (${number})`
    taken.add(unique.toLowerCase())
    return unique
  })
}

/**
 * Which column is for what, by usual names. A column called `size`, `seed`, ... is taken only where one of its first
 * cells can be one: in a shoe shop's sheet, `size` is no picture size and `model` no image model.
 */
export function mapColumns(columns: readonly string[], rows: readonly SheetRow[]): ColumnMapping {
  const plainNames = columns.map(plain)
  const mapping: ColumnMapping = {}
  for (const role of roles) {
    for (const usual of usualNames[role]) {
      const index = plainNames.indexOf(usual)
      const column = columns[index]
      if (column === undefined) continue
      const filled = rows.slice(0, 100).flatMap((row) => row.cells[index]?.trim() || [])
      if (filled.length > 0 && !filled.some((cell) => looksLike(role, cell))) continue
      mapping[role] = column
      break
    }
  }
  return mapping
}

/** The prompt column as it stands or, in a sheet without one, every column that may describe the picture. */
export function firstTemplate(columns: readonly string[], mapping: ColumnMapping): string {
  const insert = (column: string): string => `{{${column}}}`
  if (mapping.prompt !== undefined) return insert(mapping.prompt)
  const settings = new Set(roles.filter((role) => notInTemplate.has(role)).map((role) => mapping[role]))
  if (mapping.id !== undefined && !plain(mapping.id).endsWith('name')) settings.add(mapping.id)
  const described = columns.filter((column) => !settings.has(column) && !/[{}]/.test(column))
  return (described.length > 0 ? described : columns).map(insert).join(', ')
}
