import type { Problem } from '#shared/contract/common.ts'
import type { ColumnMapping, Sheet, SheetEncoding, SheetFormat } from '#shared/contract/sheets.ts'

/** `row` 1 is the first under the header, left-out rows counted, blank ones not; `line` is the file's own, from 1. */
export interface SheetRow {
  readonly row: number
  readonly line: number
  /** As many as there are columns. */
  readonly cells: string[]
  /** What chance decides by, where it is not the row's number: a row that moved draws as it did before. */
  readonly drawnAs?: number
}

export interface ReadSheet {
  readonly format: SheetFormat
  /** `null` for a workbook. */
  readonly encoding: SheetEncoding | null
  /** `null` where nothing stands between cells. */
  readonly delimiter: string | null
  /** A workbook's sheets, and the one that is read. */
  readonly parts: readonly string[]
  readonly part: string | null
  readonly writtenFor: WrittenFor
  /** Names as they stand in the header; empty ones are `column 3`, repeated ones get ` (2)`. */
  readonly columns: string[]
  readonly rows: SheetRow[]
  readonly mapping: ColumnMapping
  /** The prompt column as a template or, without one, the descriptive columns joined. */
  readonly template: string
  readonly problems: Problem[]
}

/** The program whose batch lines these are; `null` for a sheet of no program. */
export type WrittenFor = Sheet['writtenFor']

/** What a reader of one format makes of the text; names and mapping come after. */
export interface RawTable {
  readonly columns: string[]
  readonly rows: SheetRow[]
  readonly problems: Problem[]
  readonly writtenFor?: WrittenFor
}

/** Reading goes in slices: the generator stops after each, so that its caller can let others have the event loop. */
export type InSlices<Result> = Generator<void, Result, void>

/** A slice is this much text, in UTF-16 code units: some 5 ms of work. */
export const sliceLength = 250_000
