import { expect, test } from 'vitest'
import { draftProfile, runSheet, settingsFor, sheetOf } from './open-library.ts'
import { openPaidLibrary } from './paid-library.ts'

const sized = (side: number) => draftProfile('openai-compatible', 'fake-image', { width: side, height: side })

test('a picture in one colour is flagged, and so is one that looks like its neighbour in the row; neither fails', async () => {
  const { library, fake } = await openPaidLibrary()
  const { engine } = library
  // The fake draws a prompt and seed the same at every size: two sizes of one row look alike.
  fake.script('silent', { kind: 'picture', as: 'blank' })
  const settings = settingsFor([sized(64), sized(128)])
  const batchId = await runSheet(library, sheetOf(['a red shoe', 'silent']), settings)
  await engine.generation.whenIdle(batchId)
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const flags = (prompt: string) =>
    engine.tiles
      .many({ tileIds: ids })
      .filter((tile) => tile.prompt === prompt)
      .flatMap((tile) => tile.image?.flags ?? ['none'])
  // Whichever of the two came second.
  expect(flags('a red shoe')).toEqual(['near-duplicate'])
  expect(flags('silent')).toContain('blank')
  expect(flags('silent')).not.toContain('near-duplicate')
  expect(engine.batches.get({ batchId }).drafts).toMatchObject({ done: 4, failed: 0 })
})

test('what a person looks at overtakes the rest of its batch', async () => {
  const { library, start } = await openPaidLibrary({
    factor: 1,
    settings: { concurrency: 1 },
    fake: { latency: { kind: 'fixed', ms: 20 } },
  })
  const { engine } = library
  const pause = { action: 'pause', of: { kind: 'provider', provider: 'openai-compatible' } } as const
  engine.generation.control(pause)
  const batchId = await start(Array.from({ length: 20 }, (_, at) => `prompt ${at}`))
  const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const looked = ids.slice(-3)
  expect(engine.generation.onScreen({ tileIds: looked })).toEqual({ moved: 3 })
  engine.generation.control({ ...pause, action: 'resume' })
  await engine.generation.whenIdle(batchId)
  const madeFirst = engine.tiles
    .many({ tileIds: ids })
    .toSorted((one, other) => (one.image?.id ?? 0) - (other.image?.id ?? 0))
    .slice(0, 3)
    .map((tile) => tile.id)
  expect(madeFirst).toEqual(looked)
})
