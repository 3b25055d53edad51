import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches, StoredSheet } from '#engine/batches/batches.ts'
import { firstTemplate, type ReadSheet, readSheetInSlices } from '#engine/sheets/sheets.ts'
import { type ColumnMapping, type Sheet, type SheetReading, sheetReading } from '#shared/contract/sheets.ts'
import { AppError } from '#shared/errors.ts'

/** So many sheets are kept as read: she looks at one, and perhaps at another beside it. Large ones are read again. */
const sheetsKept = 2
const rowsKept = 20_000

/** A sheet as it was read; `sha256` is that of its bytes. */
interface Known extends Pick<StoredSheet, 'name' | 'sha256' | 'reading'> {
  readonly sheet: ReadSheet
}

type Reading = { readonly sheetId: number } & SheetReading

/** Sheets from bytes to rows: stored by `batches`, read by `sheets`, brought together here because those two share a floor. */
export function openStoredSheets(batches: Batches) {
  const kept = new Map<number, Known>()

  async function known(sheetId: number): Promise<Known> {
    const found = kept.get(sheetId)
    if (found) return found
    const { name, fileName, bytes, sha256, reading } = batches.sheet(sheetId)
    return keep(sheetId, { sheet: await readAll(fileName, bytes, reading), name, sha256, reading })
  }

  function keep(sheetId: number, found: Known): Known {
    if (found.sheet.rows.length > rowsKept) return found
    kept.set(sheetId, found)
    for (const oldest of [...kept.keys()].slice(0, -sheetsKept)) kept.delete(oldest)
    return found
  }

  function describe(sheetId: number, { sheet, name, sha256 }: Known): Sheet {
    const remembered = batches.mappingFor(sheet.columns)
    return {
      id: sheetId,
      name,
      format: sheet.format,
      sha256,
      columns: sheet.columns.map((column, at) => ({
        name: column,
        // Copies: cells are slices of the sheet's whole text, and would keep it as long as somebody has this.
        samples: structuredClone(sheet.rows.slice(0, 3).map((row) => row.cells[at] ?? '')),
      })),
      rowCount: sheet.rows.length,
      encoding: sheet.encoding,
      delimiter: sheet.delimiter,
      parts: [...sheet.parts],
      part: sheet.part,
      writtenFor: sheet.writtenFor,
      mapping: remembered ?? sheet.mapping,
      mappingFrom: remembered ? 'remembered' : 'names',
      template: remembered ? firstTemplate(sheet.columns, remembered) : sheet.template,
      problems: sheet.problems.slice(0, 1000),
      problemCount: sheet.problems.length,
    }
  }

  /** Read first: what is no sheet is not stored. */
  async function store(fileName: string, bytes: Uint8Array, reading: SheetReading): Promise<Sheet> {
    const sheet = await readAll(fileName, bytes, reading)
    const { id, name, sha256 } = await batches.storeSheet(fileName, bytes, reading)
    return describe(id, keep(id, { sheet, name, sha256, reading }))
  }

  return {
    /** For a plan: `sha256` tells apart what differs in bytes or in how they are read. */
    async read(sheetId: number): Promise<{ sheet: ReadSheet; name: string; sha256: string }> {
      const { sheet, name, sha256, reading } = await known(sheetId)
      return { sheet, name, sha256: contentHash(sha256, reading) }
    },
    get: async ({ sheetId }: { sheetId: number }): Promise<Sheet> => describe(sheetId, await known(sheetId)),
    async add({ name, bytesBase64, ...reading }: { name: string; bytesBase64: string } & SheetReading): Promise<Sheet> {
      return store(name, await fromBase64(bytesBase64), sheetReading.parse(reading))
    },
    readAgain({ sheetId, ...reading }: Reading): Promise<Sheet> {
      const { fileName, bytes } = batches.sheet(sheetId)
      return store(fileName, bytes, sheetReading.parse(reading))
    },
    /**
     * A sheet read as another is, where nobody said how: the same part of a workbook, the same delimiter. Gives the id of
     * the sheet so read.
     */
    async readLike(sheetId: number, likeSheetId: number): Promise<number> {
      const { fileName, bytes, reading } = batches.sheet(sheetId)
      const like = batches.sheet(likeSheetId).reading
      if (Object.keys(reading).length > 0 || Object.keys(like).length === 0) return sheetId
      return (await store(fileName, bytes, like)).id
    },
    async map({ sheetId, mapping }: { sheetId: number; mapping: ColumnMapping | null }): Promise<Sheet> {
      const found = await known(sheetId)
      const missing = Object.values(mapping ?? {}).find((column) => !found.sheet.columns.includes(column ?? ''))
      if (missing !== undefined)
        throw new AppError(
          'invalid-input',
          `The sheet has no column "${missing}". It has ${found.sheet.columns.join(', ')}.`,
        )
      batches.rememberMapping(found.sheet.columns, mapping)
      return describe(sheetId, found)
    },
    async rows({ sheetId, offset, limit }: { sheetId: number; offset: number; limit: number }) {
      const { sheet } = await known(sheetId)
      return { rows: sheet.rows.slice(offset, offset + limit) }
    },
  }
}

/** Four characters are three bytes: a piece is a few milliseconds of work. */
const pieceLength = 4 * 1024 * 1024

async function fromBase64(text: string): Promise<Uint8Array> {
  const bytes = Buffer.alloc(Buffer.byteLength(text, 'base64'))
  let length = 0
  for (let at = 0; at < text.length; at += pieceLength) {
    length += bytes.write(text.slice(at, at + pieceLength), length, 'base64')
    await nextTurn()
  }
  return bytes.subarray(0, length)
}

const contentHash = (sha256: string, reading: SheetReading): string =>
  Object.keys(reading).length === 0
    ? sha256
    : createHash('sha256')
        .update(`${sha256} ${JSON.stringify(sheetReading.parse(reading))}`)
        .digest('hex')

async function readAll(name: string, bytes: Uint8Array, reading: SheetReading): Promise<ReadSheet> {
  const steps = readSheetInSlices({ name, bytes, reading })
  for (;;) {
    const step = steps.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}
