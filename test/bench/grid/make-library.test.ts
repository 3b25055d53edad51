import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openBenchEngine } from '../engine/open-engine.ts'
import { makeLibrary, makePool } from './make-library.ts'

test('a library made for the grid bench is sound, and holds what a person would have left in it', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-grid-'))
  try {
    const pool = await makePool(join(folder, 'pool'), 40)
    const made = await makeLibrary(join(folder, 'made'), 400, pool)
    expect(made.drafts).toBe(400)
    const engine = await openBenchEngine(join(folder, 'made'))
    const { ok, problems, pictures, images, strays } = await engine.library.verify()
    expect({ ok, problems, pictures, images, strays }).toEqual({
      ok: true,
      problems: [],
      pictures: 40,
      images: 392,
      strays: 0,
    })
    const status = engine.batches.get({ batchId: made.batchId })
    expect(status.drafts).toMatchObject({ done: 392, failed: 8, left: 0 })
    const { undecided, approved, rejected, marked } = status.decisions
    for (const count of [undecided, approved, rejected, marked]) expect(count).toBeGreaterThan(5)
    const found = (filter: Parameters<typeof engine.tiles.ids>[0]['filter']) =>
      engine.tiles.ids({ batchId: made.batchId, filter, order: 'sheet' }).ids.length
    expect(found({ search: '藍色' })).toBeGreaterThan(0)
    expect(found({ flagged: true })).toBeGreaterThan(0)
    expect(found({ minRating: 5 })).toBeGreaterThan(0)
    expect(found({ models: ['openai-compatible/fine-draft'] })).toBe(200)
    await engine.close()
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
