import { expect, test } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor } from './open-library.ts'

test('a shoot-out counts every draft, in the order of the sheet, and says what each column was worth', async () => {
  const library = await openTestLibrary()
  const sheet = ['sku,"odd ""name""",prompt', 'A,red,"A cup"', 'A,,"A jug"', 'C,red,"A pot"'].join('\n')
  const batchId = await runSheet(
    library,
    sheet,
    settingsFor([draftProfile('sketch', 'sketch'), draftProfile('sketch', 'sketch', { width: 5000, height: 512 })], {
      variants: 3,
      mapping: { prompt: 'prompt', id: 'sku' },
    }),
  )
  await library.engine.generation.whenIdle(batchId)
  const { tiles, review } = library.engine
  const { ids } = tiles.ids({ batchId, filter: {}, order: 'sheet' })
  expect(ids).toHaveLength(18)
  const made = tiles.many({ tileIds: ids }).filter((tile) => tile.image !== null)
  const second = made[1]
  const imageIds = [made[1], made[4]].map((tile) => tile?.image?.id ?? 0)
  await review.apply({ targets: { kind: 'images', imageIds }, verb: { kind: 'approve' } })
  const rejected = made[0]?.image?.id ?? 0
  await review.apply({ targets: { kind: 'images', imageIds: [rejected] }, verb: { kind: 'reject' } })

  const byVariant = await tiles.matrix({ batchId, filter: {}, rowAxis: 'row', columnAxis: 'variant' })
  expect(byVariant.columns).toEqual(['variant 1', 'variant 2', 'variant 3'])
  // Two rows of the sheet with one id stay two rows.
  expect(byVariant.rows.map((row) => row.name)).toEqual(['A', 'A', 'C'])
  expect(byVariant.rows[0]?.cells.map((cell) => cell.count)).toEqual([2, 2, 2])

  const byColumn = await tiles.matrix({ batchId, filter: {}, rowAxis: 'model', columnAxis: 'column:odd "name"' })
  expect(byColumn.columns).toEqual(['red', '–'])
  expect(byColumn.rows).toHaveLength(1)
  const [red] = byColumn.rows[0]?.cells ?? []
  expect(red?.count).toBe(12)
  expect(red?.tileIds).toHaveLength(4)
  expect(red?.tileIds[0]).toBe(second?.id)
  expect(red?.tileIds).not.toContain(made[0]?.id)

  const shares = await tiles.shares({ batchId, filter: {}, columnAxis: 'column:odd "name"' })
  expect(shares).toEqual([
    { name: 'red', made: 6, approved: 1, rejected: 1, paidMicros: 0 },
    { name: '–', made: 3, approved: 1, rejected: 0, paidMicros: 0 },
  ])
  for (const name of ['sku', '$.sku', '[0]', 'no such column', '1'])
    expect((await tiles.shares({ batchId, filter: {}, columnAxis: `column:${name}` }))[0]?.name).toBe(
      name === 'sku' ? 'A' : '–',
    )
  const approved = await tiles.shares({ batchId, filter: { decisions: ['approved'] }, columnAxis: 'model' })
  expect(approved).toEqual([{ name: 'sketch/sketch', made: 2, approved: 2, rejected: 0, paidMicros: 0 }])
  const jugs = await tiles.matrix({ batchId, filter: { search: 'jug' }, rowAxis: 'row', columnAxis: 'model' })
  expect(jugs.rows).toHaveLength(1)
})
