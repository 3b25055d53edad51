import { dirname, resolve } from 'node:path'
import { gatherReferences } from '#api/open-sheet.ts'
import type { Engine } from '#engine/engine.ts'
import type { SheetComparison } from '#shared/contract/batches.ts'
import type { Call } from './call.ts'
import { noteMissing } from './draft-options.ts'
import type { SheetFile } from './sheet-file.ts'

export interface NewerSheet {
  readonly batchId: number
  readonly path: string
  readonly file: SheetFile
  /** Where the pictures lie that it names; else its own folder. */
  readonly references: string | undefined
  /** What a picture costs whose price nobody knows; `null` where nobody said. */
  readonly pricePerImageMicros: number | null
}

/** What a newer version of a batch's sheet makes of it; the pictures that it names are read from its folder, or fetched. */
export async function compareNewer(
  call: Pick<Call, 'out'>,
  engine: Engine,
  { batchId, path, file, references, pricePerImageMicros }: NewerSheet,
): Promise<SheetComparison> {
  const batch = engine.batches.get({ batchId })
  const added = await engine.sheets.add(file)
  const sheetId = batch.sheetId === null ? added.id : await engine.sheets.readLike(added.id, batch.sheetId)
  const { mapping } = batch.settings
  const folder = references ?? (path === '-' ? null : dirname(resolve(path)))
  const { failed } = await gatherReferences(engine, { id: sheetId, mapping }, folder)
  const compared = await engine.batches.compareSheet({ batchId, sheetId, pricePerImageMicros })
  // A picture that its older version had is used as it was.
  const { wanted } = await engine.references.list({ sheetId, mapping })
  const missing = new Set(wanted.flatMap(({ name, sha256 }) => (sha256 === null ? [name] : [])))
  noteMissing(
    call,
    failed.filter(({ name }) => missing.has(name)),
  )
  return compared
}

export const changesOf = ({ same, added, changed, removed, returned }: SheetComparison) => ({
  same,
  added,
  changed,
  removed,
  returned,
})
