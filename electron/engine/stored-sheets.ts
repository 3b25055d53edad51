import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import { type ReadSheet, readSheetInSlices } from '#engine/sheets/sheets.ts'
import type { Sheet } from '#shared/contract/sheets.ts'

/** So many sheets are kept as read: she looks at one, and perhaps at another beside it. Large ones are read again. */
const sheetsKept = 2
const rowsKept = 20_000

/** Sheets from bytes to rows: stored by `batches`, read by `sheets`, brought together here because those two share a floor. */
export function openStoredSheets(batches: Batches) {
  const kept = new Map<number, { sheet: ReadSheet; name: string; sha256: string }>()

  async function read(sheetId: number): Promise<{ sheet: ReadSheet; name: string; sha256: string }> {
    const known = kept.get(sheetId)
    if (known) return known
    const { name, bytes, sha256 } = batches.sheet(sheetId)
    const found = { sheet: await readAll(name, bytes), name, sha256 }
    keep(sheetId, found)
    return found
  }

  function keep(sheetId: number, found: { sheet: ReadSheet; name: string; sha256: string }): void {
    if (found.sheet.rows.length > rowsKept) return
    kept.set(sheetId, found)
    for (const oldest of [...kept.keys()].slice(0, -sheetsKept)) kept.delete(oldest)
  }

  const describe = (
    sheetId: number,
    { sheet, name, sha256 }: { sheet: ReadSheet; name: string; sha256: string },
  ): Sheet => ({
    id: sheetId,
    name,
    format: sheet.format,
    sha256,
    columns: sheet.columns.map((column, at) => ({
      name: column,
      samples: sheet.rows.slice(0, 3).map((row) => row.cells[at] ?? ''),
    })),
    rowCount: sheet.rows.length,
    mapping: sheet.mapping,
    template: sheet.template,
    problems: sheet.problems.slice(0, 1000),
    problemCount: sheet.problems.length,
  })

  return {
    read,
    get: async ({ sheetId }: { sheetId: number }): Promise<Sheet> => describe(sheetId, await read(sheetId)),
    /** Read first: what is no sheet is not stored. */
    async add({ name, bytesBase64 }: { name: string; bytesBase64: string }): Promise<Sheet> {
      const bytes = new Uint8Array(Buffer.from(bytesBase64, 'base64'))
      const sheet = await readAll(name, bytes)
      const stored = await batches.storeSheet(name, bytes)
      const found = { sheet, name, sha256: stored.sha256 }
      keep(stored.id, found)
      return describe(stored.id, found)
    },
    async rows({ sheetId, offset, limit }: { sheetId: number; offset: number; limit: number }) {
      const { sheet } = await read(sheetId)
      return { rows: sheet.rows.slice(offset, offset + limit) }
    },
  }
}

async function readAll(name: string, bytes: Uint8Array): Promise<ReadSheet> {
  const reading = readSheetInSlices({ name, bytes })
  for (;;) {
    const step = reading.next()
    if (step.done === true) return step.value
    await nextTurn()
  }
}
