import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, problem } from './common.ts'

/** What a column can be for. Every other column is kept for names, filters and the manifest. */
export const columnRoles = [
  'prompt',
  'id',
  'negative',
  'seed',
  'width',
  'height',
  'size',
  'ratio',
  'model',
  'quality',
  'count',
  'format',
  'background',
  'reference',
  'reference2',
  'reference3',
  'reference4',
] as const
const namedRole = z.enum(columnRoles)
/** A field of the service by its own name, for this row alone: `options.steps`, `options.cfg_scale`. */
const optionRole = z.templateLiteral(['options.', z.string().regex(/[\w.-]{1,64}/)])
export const columnRole = z.union([namedRole, optionRole])
export type ColumnRole = z.infer<typeof columnRole>

/** Columns whose cells name pictures that go in with the prompt, in this order; a cell may name several. */
export const referenceRoles = ['reference', 'reference2', 'reference3', 'reference4'] as const

/** Role -> the column's name; a role without a column is absent. */
export const columnMapping = z.partialRecord(columnRole, z.string())
export type ColumnMapping = z.infer<typeof columnMapping>

export const sheetFormat = z.enum(['csv', 'tsv', 'jsonl', 'json', 'xlsx', 'markdown', 'text'])
export type SheetFormat = z.infer<typeof sheetFormat>

export const sheetEncoding = z.enum(['utf-8', 'utf-16le', 'utf-16be', 'windows-1252'])
export type SheetEncoding = z.infer<typeof sheetEncoding>

/** The most bytes that a sheet may have, in every format. */
export const mostSheetBytes = 64 * 1024 * 1024

/** How a file is read where what was found out is not right; what is absent is found out. */
export const sheetReading = z.object({
  /** The sheet of a workbook, by its name. */
  part: z.string().min(1).max(255).optional(),
  /** Between the cells of a table: one of `,` `;` tab `|`. */
  delimiter: z.enum([',', ';', '\t', '|']).optional(),
  encoding: sheetEncoding.optional(),
})
export type SheetReading = z.infer<typeof sheetReading>

export const sheet = z.object({
  id,
  name: z.string(),
  format: sheetFormat,
  sha256: z.string(),
  columns: z.array(z.object({ name: z.string(), samples: z.array(z.string()) })),
  rowCount: z.int(),
  /** `null` where the format has no such thing: a workbook has no encoding, a text no delimiter. */
  encoding: sheetEncoding.nullable(),
  delimiter: z.string().nullable(),
  /** A workbook's sheets in their order, and the one that is read; none in other files. */
  parts: z.array(z.string()),
  part: z.string().nullable(),
  /** Lines that were written for another program, and so bring every setting of their pictures along. */
  writtenFor: z.enum(['openai', 'gemini', 'a1111']).nullable(),
  mapping: columnMapping,
  /** `remembered`: as it was last chosen in this library for a sheet with the same columns. */
  mappingFrom: z.enum(['names', 'remembered']),
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
        ...sheetReading.shape,
      }),
    )
    .output(sheet),
  readAgain: oc
    .route({
      method: 'POST',
      path: '/sheets/{sheetId}/readings',
      summary: 'The same file read another way: another sheet of the workbook, another delimiter or encoding',
    })
    .input(z.object({ sheetId: z.coerce.number().int().positive(), ...sheetReading.shape }))
    .output(sheet),
  map: oc
    .route({
      method: 'PUT',
      path: '/sheets/{sheetId}/mapping',
      summary: 'Remember what the columns are for, for every sheet with the same columns; null forgets it',
    })
    .input(z.object({ sheetId: z.coerce.number().int().positive(), mapping: columnMapping.nullable() }))
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
