import { createHash } from 'node:crypto'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type ColumnMapping, columnMapping } from '#shared/contract/sheets.ts'

/** The set of a sheet's column names: order and case do not matter. */
function shapeOf(columns: readonly string[]): string {
  const names = columns.map((column) => column.trim().toLowerCase()).sort()
  return createHash('sha256').update(JSON.stringify(names)).digest('hex')
}

/** What the columns of sheets are for, as a person chose it: the next sheet with the same columns is read the same. */
export function openColumnMappings(storage: Storage, clock: Clock) {
  const find = storage.prepare<[string], { json: string }>(
    'SELECT mapping_json AS json FROM column_mapping WHERE shape = ?',
  )
  const set = storage.prepare<[string, string, number]>(
    `INSERT INTO column_mapping VALUES (?, ?, ?)
     ON CONFLICT (shape) DO UPDATE SET mapping_json = excluded.mapping_json, set_ms = excluded.set_ms`,
  )
  const forget = storage.prepare<[string]>('DELETE FROM column_mapping WHERE shape = ?')
  return {
    /** `null` where nobody chose; columns come in this sheet's own spelling. */
    mappingFor(columns: readonly string[]): ColumnMapping | null {
      const row = find.get(shapeOf(columns))
      // A role that this version does not know any more makes it none, not an error.
      const known = row && columnMapping.safeParse(JSON.parse(row.json)).data
      if (!known) return null
      const spelled = new Map(columns.map((column) => [column.trim().toLowerCase(), column]))
      return columnMapping.parse(
        Object.fromEntries(Object.entries(known).map(([role, name]) => [role, spelled.get(name ?? '') ?? name])),
      )
    },
    rememberMapping(columns: readonly string[], mapping: ColumnMapping | null): void {
      const shape = shapeOf(columns)
      if (mapping === null) forget.run(shape)
      else {
        const folded = Object.entries(mapping).map(([role, name]) => [role, name?.trim().toLowerCase()])
        set.run(shape, JSON.stringify(Object.fromEntries(folded)), clock.now())
      }
    },
  }
}
