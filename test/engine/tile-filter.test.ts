import { expect, test } from 'vitest'
import { tileOrder } from '#shared/contract/tiles.ts'
import { unpackNumbers, unpackRuns } from '#shared/packed-list.ts'
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

test('a packed list is the list: every filter, in every order', async () => {
  const library = await openTestLibrary()
  const profiles = [draftProfile('sketch', 'sketch')]
  const batchId = await runSheet(library, sheet, { ...settingsFor(profiles), variants: 3 })
  await library.engine.generation.whenIdle(batchId)
  const { tiles, review } = library.engine
  const inSheet = tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids
  const approved = inSheet.filter((_, at) => at === 0 || at === 4)
  await review.apply({ targets: { kind: 'tiles', tileIds: approved }, verb: { kind: 'approve' } })
  const filters = [{}, { decisions: ['approved' as const] }, { search: 'red' }, { rows: [2, 3] }, { search: 'no such' }]
  for (const filter of filters)
    for (const order of tileOrder.options) {
      const { ids, rows, count, ...rest } = await tiles.list({ batchId, filter, order })
      expect({ ids: unpackNumbers(ids), rows: unpackRuns(rows), ...rest }).toEqual(
        tiles.ids({ batchId, filter, order }),
      )
      expect(count).toBe(unpackNumbers(ids).length)
    }
  const { ids } = await tiles.list({ batchId, filter: {}, order: 'undecided-first' })
  expect(unpackNumbers(ids)).toEqual([...inSheet.filter((id) => !approved.includes(id)), ...approved])
})

test('views and keys are settings like others: they come back after a restart', async () => {
  const library = await openTestLibrary()
  const views = [{ name: 'keepers', filter: { minRating: 3, labels: ['red' as const] }, order: 'newest' as const }]
  const shortcuts = { on: false, profile: 'number-pad' as const, changes: { approve: ['Y'] } }
  library.engine.settings.set({ views, shortcuts })
  const again = await library.reopen()
  expect(again.engine.settings.get()).toMatchObject({ views, shortcuts })
})
