import { describe, expect, test } from 'vitest'
import { createTileCache } from '../../renderer/api/tile-cache.ts'
import { createReviewSession } from '../../renderer/review/session.ts'
import { allStacks, closeStacks, siblingsOf } from '../../renderer/review/stacks.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'
import { draftTile } from './draft-tile.ts'

/** Row 1: tiles 1 2 3; row 2: tile 4; row 3: tiles 5 6. */
const list = createTileList(
  [1, 2, 3, 4, 5, 6],
  [
    [1, 3],
    [2, 1],
    [3, 2],
  ],
)

describe('stacks', () => {
  test('a closed row is its top tile, and says how many it stands for', () => {
    const { list: grid, sizes } = closeStacks(list, new Map([[1, 2]]))
    expect(grid.ids).toEqual([2, 4, 5, 6])
    expect(grid.runs).toEqual([
      [1, 1],
      [2, 1],
      [3, 2],
    ])
    expect([...sizes]).toEqual([[2, 3]])
  })

  test('a top that the filter hides gives way to the first that is shown', () => {
    expect(closeStacks(list, new Map([[3, 99]])).list.ids).toEqual([1, 2, 3, 4, 5])
  })

  test('all stacks close under their approved tile, rows of one stay', () => {
    expect([...allStacks(list, (tileId) => tileId === 3)]).toEqual([
      [1, 3],
      [3, 5],
    ])
  })

  test('siblings are the tiles of the row, in order', () => {
    expect(siblingsOf(list, 2)).toEqual([1, 2, 3])
    expect(siblingsOf(list, 77)).toEqual([])
  })
})

describe('a session with stacks', () => {
  const start = async () => {
    const tiles = createTileCache(
      async (ids) => ids.map((id) => draftTile(id, id < 4 ? 1 : id === 4 ? 2 : 3)),
      () => {},
    )
    const session = createReviewSession(1, tiles)
    session.takeList(list, {})
    await tiles.load([1, 2, 3, 4, 5, 6])
    session.focus(3)
    return session
  }

  test('closing moves focus to the top, opening gives every tile back', async () => {
    const session = await start()
    session.toggleStack(3)
    expect(session.state().grid.ids).toEqual([1, 4, 5, 6])
    expect(session.state().focusId).toBe(1)
    session.toggleStack(1)
    expect(session.state().grid.ids).toEqual([1, 2, 3, 4, 5, 6])
  })

  test('what was looked at in the loupe lies on top when she comes back', async () => {
    const session = await start()
    session.closeAllStacks(true)
    session.focus(2)
    expect(session.state().grid.ids).toEqual([2, 4, 5])
    expect(session.state().list.ids).toHaveLength(6)
  })

  test('the engine’s next list keeps the stacks closed', async () => {
    const session = await start()
    session.closeAllStacks(true)
    session.takeList(createTileList([...list.ids, 7], [...list.runs, [4, 1]]), {})
    expect(session.state().grid.ids).toEqual([1, 4, 5, 7])
  })
})
