import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, problem } from './common.ts'

/** What a column can be for. Every other column is kept for names, filters and the manifest. */
export const columnRoles = ['prompt', 'id', 'negative', 'seed', 'width', 'height', 'size', 'model', 'count'] as const
export const columnRole = z.enum(columnRoles)
export type ColumnRole = z.infer<typeof columnRole>

/** Role -> the column's name; a role without a column is absent. */
export const columnMapping = z.partialRecord(columnRole, z.string())
export type ColumnMapping = z.infer<typeof columnMapping>

export const sheetFormat = z.enum(['csv', 'tsv', 'jsonl', 'text'])
export type SheetFormat = z.infer<typeof sheetFormat>

export const sheet = z.object({
  id,
  name: z.string(),
  format: sheetFormat,
  sha256: z.string(),
  columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()) })),
  rowCount: z.int(),
  mapping: columnMapping,
  /** The template to begin with: the prompt column as it stands, or, in a sheet without one, all columns joined. */
  template: z.string(),
  /** The first 1,000; `problemCount` says how many there are. */
  problems: z.array(problem),
  problemCount: z.int(),
})
export type Sheet = z.infer<typeof sheet>

export const sheets = {
  add: oc
    .route({
      method: 'POST',
      path: '/sheets',
      summary: 'Store a sheet and read it; the same bytes give the same sheet',
    })
    .input(
      z.object({
        name: z.string().min(1).max(255),
        /** The file's bytes, base64 (RFC 4648, with padding); 64 MB at most. */
        bytesBase64: z.base64().max(90_000_000),
      }),
    )
    .output(sheet),
  get: oc
    .route({ method: 'GET', path: '/sheets/{sheetId}', summary: 'A stored sheet' })
    .input(z.object({ sheetId: z.coerce.number().int().positive() }))
    .output(sheet),
  rows: oc
    .route({ method: 'GET', path: '/sheets/{sheetId}/rows', summary: 'Rows of a sheet as they stand' })
    .input(
      z.object({
        sheetId: z.coerce.number().int().positive(),
        offset: z.coerce.number().int().nonnegative().default(0),
        limit: z.coerce.number().int().positive().max(1000).default(100),
      }),
    )
    .output(z.object({ rows: z.array(z.object({ row: z.int(), line: z.int(), cells: z.array(z.string()) })) })),
  example: oc
    .route({ method: 'GET', path: '/examples', summary: 'The example sheets that come with Proofsheet' })
    .output(z.array(z.object({ name: z.string(), title: z.string(), bytesBase64: z.string() }))),
}
