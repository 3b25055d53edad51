import { expect, test } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'

async function reviewed() {
  const library = await openTestLibrary()
  const sketch = draftProfile('sketch', 'sketch', { width: 64, height: 64 })
  const settings = settingsFor([sketch], { variants: 3, mapping: { prompt: 'prompt', id: 'id' } })
  const batchId = await runSheet(library, sheetOf(['A-1,a red shoe', 'A-2,a blue cup'], 'id,prompt'), settings)
  await library.engine.generation.whenIdle(batchId)
  const decisions = (engine = library.engine) => {
    const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    return engine.tiles
      .many({ tileIds: ids })
      .map((tile) => tile.image?.decision.charAt(0) ?? '-')
      .join('')
  }
  const images = () => {
    const { ids } = library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    return library.engine.tiles.many({ tileIds: ids }).map((tile) => tile.image?.id ?? 0)
  }
  return { library, batchId, decisions, images }
}

test('marks are verbs: approving twice is still approved, and the second says nothing changed', async () => {
  const { library, decisions, images } = await reviewed()
  const approve = () =>
    library.engine.review.apply({
      targets: { kind: 'images', imageIds: images().slice(0, 1) },
      verb: { kind: 'approve' },
    })
  expect((await approve()).changed).toHaveLength(1)
  expect((await approve()).changed).toHaveLength(0)
  expect(decisions()).toBe('auuuuu')
})

test('keep only this: approves it, rejects undecided siblings, never overrides an approval', async () => {
  const { library, decisions, images } = await reviewed()
  const [first = 0, second = 0] = images()
  await library.engine.review.apply({ targets: { kind: 'images', imageIds: [first] }, verb: { kind: 'approve' } })
  await library.engine.review.apply({ targets: { kind: 'images', imageIds: [second] }, verb: { kind: 'keep-only' } })
  expect(decisions()).toBe('aaruuu')
  await library.engine.review.apply({
    targets: { kind: 'images', imageIds: [images()[4] ?? 0] },
    verb: { kind: 'reject-row' },
  })
  expect(decisions()).toBe('aarrrr')
})

test('undo and redo go back and forth over a restart; a new action ends redo', async () => {
  const { library, batchId, decisions, images } = await reviewed()
  const mark = (at: number[], kind: 'approve' | 'reject') =>
    library.engine.review.apply({
      targets: { kind: 'images', imageIds: at.map((index) => images()[index] ?? 0) },
      verb: { kind },
    })
  await mark([0, 1], 'approve')
  await mark([3, 4, 5], 'reject')
  expect(decisions()).toBe('aaurrr')
  const { engine } = await library.reopen()
  expect((await engine.review.undo({ batchId })).action).toMatchObject({ summary: 'rejected 3 drafts', undone: true })
  expect(decisions(engine)).toBe('aauuuu')
  await engine.review.undo({ batchId })
  expect(decisions(engine)).toBe('uuuuuu')
  expect((await engine.review.undo({ batchId })).action).toBeNull()
  await engine.review.redo({ batchId })
  expect(decisions(engine)).toBe('aauuuu')
  await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'rows:2' }, verb: { kind: 'approve' } })
  expect((await engine.review.redo({ batchId })).action).toBeNull()
  expect(engine.review.history({ batchId, limit: 10 }).map((action) => action.summary)).toEqual([
    'approved 3 drafts',
    'approved 2 drafts',
  ])
})

test('stepping back clears the newest decision only', async () => {
  const { library, batchId, decisions, images } = await reviewed()
  for (const index of [0, 1, 2])
    await library.engine.review.apply({
      targets: { kind: 'images', imageIds: [images()[index] ?? 0] },
      verb: { kind: 'reject' },
    })
  const back = await library.engine.review.stepBack({ batchId })
  expect(back.changed.map((marks) => marks.imageId)).toEqual([images()[2]])
  await library.engine.review.stepBack({ batchId })
  expect(decisions()).toBe('ruuuuu')
})

test('decisions from a file: by id, by variant, by row, by file name; what it cannot use is said', async () => {
  const { library, batchId, decisions } = await reviewed()
  const byId = await library.engine.review.importDecisions({
    batchId,
    csv: 'id,variant,decision\nA-1,2,approve\nA-2,,reject\nA-9,,approve\nA-1,1,perhaps\n',
  })
  expect(byId.applied).toBe(4)
  expect(byId.problems).toEqual([
    'line 5: "perhaps" is not approve, reject or undecide',
    'line 4: nothing in this batch is "A-9"',
  ])
  expect(decisions()).toBe('uaurrr')
  await library.engine.review.importDecisions({ batchId, csv: 'file,decision\napproved/A-2-3.png,approve\n' })
  expect(decisions()).toBe('uaurra')
  const noColumn = library.engine.review.importDecisions({ batchId, csv: 'a,b\n1,2\n' })
  await expect(noColumn).rejects.toThrow('needs a column')
})

test('marking for full size approves; rejecting takes that mark away; filters and selectors see it', async () => {
  const { library, batchId, images } = await reviewed()
  const [first = 0] = images()
  await library.engine.review.apply({
    targets: { kind: 'images', imageIds: [first] },
    verb: { kind: 'hires', on: true },
  })
  expect(library.engine.batches.get({ batchId }).decisions).toMatchObject({ approved: 1, marked: 1 })
  expect(library.engine.tiles.ids({ batchId, filter: { hires: true }, order: 'sheet' }).ids).toHaveLength(1)
  await library.engine.review.apply({ targets: { kind: 'images', imageIds: [first] }, verb: { kind: 'reject' } })
  expect(library.engine.batches.get({ batchId }).decisions).toMatchObject({ rejected: 1, marked: 0 })
})

test('a step back goes to the last of the sheet that the action decided, whichever picture came first', async () => {
  const library = await openTestLibrary()
  const settings = settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })])
  const text = sheetOf(['a red shoe', 'a blue cup', 'a green lamp', 'a grey hat'])
  const batchId = await runSheet(library, text, settings, { first: 2 })
  await library.engine.generation.whenIdle(batchId)
  await runSheet(library, text, settings)
  await library.engine.generation.whenIdle(batchId)
  const { ids } = library.engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
  const drafts = () => library.engine.tiles.many({ tileIds: ids }).map(({ image }) => image)
  const imageIds = drafts().map((image) => image?.id ?? 0)
  // The sample took the third row before the second.
  expect(imageIds[2]).toBeLessThan(imageIds[1] ?? 0)
  await library.engine.review.apply({
    targets: { kind: 'tiles', tileIds: ids.slice(1, 3) },
    verb: { kind: 'reject' },
  })
  await library.engine.review.stepBack({ batchId })
  expect(drafts().map((image) => image?.decision)).toEqual(['undecided', 'rejected', 'undecided', 'undecided'])
})
