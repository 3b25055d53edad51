import { mostSheetBytes } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'

/** What a sheet may hold. A line and a quoted cell are measured in characters, the file in bytes. */
export const limits = {
  bytes: mostSheetBytes,
  lineLength: 1_000_000,
  columns: 1000,
  rows: 200_000,
  /** Rows times columns: rows shorter than the header are filled up, so few bytes could ask for much memory. */
  cells: 10_000_000,
  /** A workbook is a zip archive: its files, and what those that are read unpack to. */
  zipEntries: 10_000,
  unpackedBytes: 256 * 1024 * 1024,
} as const

const plain = (count: number): string => count.toLocaleString('en')

export function checkColumns(columns: number): void {
  if (columns <= limits.columns) return
  throw new AppError(
    'invalid-input',
    `The sheet has more than ${plain(limits.columns)} columns; keep the ones that matter and load it again.`,
  )
}

export function checkRows(rows: number, columns: number): void {
  if (rows > limits.rows) {
    throw new AppError(
      'invalid-input',
      `The sheet has more than ${plain(limits.rows)} rows; split it into several and load them one by one.`,
    )
  }
  if (rows * columns > limits.cells) {
    throw new AppError(
      'invalid-input',
      `The sheet has more than ${plain(limits.cells)} cells; leave out rows or columns and load it again.`,
    )
  }
}

/** Refuses a physical line that is too long; line ends are `\n`, `\r\n` or `\r`. */
export function checkLineLength(text: string): void {
  let start = 0
  let line = 1
  let feed = text.indexOf('\n')
  while (text.length - start > limits.lineLength) {
    if (feed !== -1 && feed < start) feed = text.indexOf('\n', start)
    const within = feed !== -1 && feed - start <= limits.lineLength
    // Only where line feeds are too far apart: looking back at every line would read the file again and again.
    const carriage = within ? -1 : text.lastIndexOf('\r', start + limits.lineLength)
    if (!within && carriage < start) {
      throw new AppError(
        'invalid-input',
        `Line ${plain(line)} of the sheet, or one soon after it, is longer than ${plain(limits.lineLength)} characters; is this the right file?`,
      )
    }
    start = (within ? feed : carriage) + 1
    line += 1
  }
}
