import type { RowDifference, SheetComparison } from '#shared/contract/batches.ts'
import type { Tile, TileFilter } from '#shared/contract/tiles.ts'
import type { TestLibrary } from './open-library.ts'

export async function compare(
  { engine }: Pick<TestLibrary, 'engine'>,
  batchId: number,
  text: string,
  name = 'prompts.csv',
): Promise<SheetComparison> {
  const sheet = await engine.sheets.add({ name, bytesBase64: Buffer.from(text).toString('base64') })
  return engine.batches.compareSheet({ batchId, sheetId: sheet.id, pricePerImageMicros: null })
}

/** Compares, updates, and waits until nothing can go on by itself. */
export async function update(library: TestLibrary, batchId: number, text: string): Promise<SheetComparison> {
  const compared = await compare(library, batchId, text)
  await library.engine.batches.update({
    planId: compared.plan.planId,
    highestMicros: compared.plan.highestMicros,
    capMicros: null,
  })
  await library.engine.generation.whenIdle(batchId)
  return compared
}

export const kinds = (rows: readonly RowDifference[]): string[] =>
  rows.map(({ kind, row, oldRow }) => `${kind} ${oldRow ?? '-'} ${row ?? '-'}`)

export function tilesOf({ engine }: Pick<TestLibrary, 'engine'>, batchId: number, filter: TileFilter = {}): Tile[] {
  const { ids } = engine.tiles.ids({ batchId, filter, order: 'sheet' })
  const tiles: Tile[] = []
  for (let at = 0; at < ids.length; at += 1000) tiles.push(...engine.tiles.many({ tileIds: ids.slice(at, at + 1000) }))
  return tiles
}
