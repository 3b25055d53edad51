import { expect, test } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor } from './open-library.ts'

const sheet = [
  'sku,colour,"odd ""name""",prompt',
  'A,Dark Red,x,"A red cup"',
  'B,blue,x,"A blue cup, not red"',
  'C,red,y,"A plain cup"',
].join('\n')

test('drafts are found by label and by what one column of the sheet holds', async () => {
  const library = await openTestLibrary()
  const batchId = await runSheet(library, sheet, settingsFor([draftProfile('sketch', 'sketch')]))
  await library.engine.generation.whenIdle(batchId)
  const { tiles, review } = library.engine
  const found = (filter: Parameters<typeof tiles.ids>[0]['filter']) =>
    tiles.many({ tileIds: tiles.ids({ batchId, filter, order: 'sheet' }).ids }).map((tile) => tile.columns.sku)

  expect(found({ columns: { colour: 'RED' } })).toEqual(['A', 'C'])
  expect(found({ columns: { colour: 'red', 'odd "name"': 'y' } })).toEqual(['C'])
  expect(found({ columns: { 'no such column': 'x' } })).toEqual([])

  await review.apply({
    targets: { kind: 'selector', batchId, selector: 'rows:2' },
    verb: { kind: 'label', label: 'red' },
  })
  await review.apply({
    targets: { kind: 'selector', batchId, selector: 'rows:3' },
    verb: { kind: 'label', label: 'blue' },
  })
  expect(found({ labels: ['red', 'blue'] })).toEqual(['B', 'C'])
  expect(found({ labels: ['blue'], columns: { colour: 'red' } })).toEqual(['C'])
})

test('views and keys are settings like others: they come back after a restart', async () => {
  const library = await openTestLibrary()
  const views = [{ name: 'keepers', filter: { minRating: 3, labels: ['red' as const] }, order: 'newest' as const }]
  const shortcuts = { on: false, profile: 'number-pad' as const, changes: { approve: ['Y'] } }
  library.engine.settings.set({ views, shortcuts })
  const again = await library.reopen()
  expect(again.engine.settings.get()).toMatchObject({ views, shortcuts })
})
