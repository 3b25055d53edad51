import { guardCell } from '#shared/csv.ts'
import { ownColumns } from '#shared/own-columns.ts'

/** What our columns say of a row, in the order of `ownColumns`; null for a row that has none. */
export type OwnValues = (row: number) => readonly string[] | null

export const noValues: readonly string[] = ownColumns.map(() => '')

/** Our own cells for a spreadsheet: guarded against being run as formulas. The client's cells are never touched. */
export const guarded = (values: readonly string[]): string[] => values.map(guardCell)
