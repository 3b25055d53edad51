import { beforeEach, describe, expect, test } from 'vitest'
import type { Marks, Verb } from '#shared/contract/review.ts'
import type { Tile } from '#shared/contract/tiles.ts'
import { createTileCache } from '../../renderer/api/tile-cache.ts'
import { afterMark, nextUndecidedHere } from '../../renderer/review/advance.ts'
import { createReviewActions } from '../../renderer/review/review-actions.ts'
import { createReviewSession } from '../../renderer/review/session.ts'
import { createTileList } from '../../renderer/review/tile-list.ts'
import { draftTile } from './draft-tile.ts'

const batchId = 1

/** Four tiles in two rows, and the far end as the engine is: slow, in order, and now and then refusing. */
async function start() {
  const stored = new Map<number, Tile>([1, 2, 3, 4].map((id) => [id, draftTile(id, Math.ceil(id / 2))]))
  const calls: { verb: Verb; imageIds: readonly number[] }[] = []
  const errors: string[] = []
  const revealed: number[] = []
  const far = { refuses: false, isLong: false }
  const tiles = createTileCache(
    async (ids) => ids.flatMap((id) => stored.get(id) ?? []),
    () => {},
  )
  const session = createReviewSession(batchId, tiles)
  session.takeList(
    createTileList(
      [1, 2, 3, 4],
      [
        [1, 2],
        [2, 2],
      ],
    ),
    {},
  )
  await tiles.load([1, 2, 3, 4])
  session.focus(1)

  const answer = (changed: readonly Marks[]) => ({
    action: { id: 1, batchId, summary: 'done', atMs: 0, undone: false, tileIds: changed.map((marks) => marks.tileId) },
    matched: changed.length,
    changedCount: changed.length,
    changed: [...changed],
  })
  const marksOf = (tileId: number, decision: Marks['decision']): Marks => ({
    imageId: tileId * 10,
    tileId,
    decision,
    hires: false,
    reroll: false,
    rating: 0,
    label: null,
  })
  const none = async () => ({ action: null, matched: 0, changedCount: 0, changed: [] })
  const actions = createReviewActions({
    session,
    review: {
      apply: async ({ targets, verb }) => {
        await new Promise((resolve) => setTimeout(resolve, 1))
        if (far.refuses) throw new Error('The disk is full.')
        const imageIds = targets.kind === 'images' ? targets.imageIds : []
        calls.push({ verb, imageIds })
        const decision = verb.kind === 'approve' ? 'approved' : verb.kind === 'reject' ? 'rejected' : 'undecided'
        if (far.isLong) return { action: null, matched: 2000, changedCount: 2000, changed: [] }
        return answer(imageIds.map((imageId) => marksOf(imageId / 10, decision)))
      },
      undo: async () => answer([marksOf(2, 'undecided')]),
      redo: none,
      stepBack: none,
    },
    onError: (title) => errors.push(title),
    reveal: (tileId) => revealed.push(tileId),
  })
  const decision = (tileId: number) => session.view(tileId).said.decision
  return { session, actions, calls, errors, revealed, far, decision, tiles }
}

describe('reviewing', () => {
  let it: Awaited<ReturnType<typeof start>>
  beforeEach(async () => {
    it = await start()
  })

  test('a mark is drawn before it is stored, and stays once it is', async () => {
    it.actions.mark({ kind: 'approve' })
    expect(it.decision(1)).toBe('approved')
    expect(it.calls).toEqual([])
    await it.actions.settled()
    expect(it.calls).toEqual([{ verb: { kind: 'approve' }, imageIds: [10] }])
    expect(it.decision(1)).toBe('approved')
    expect(it.session.state().pending).toEqual([])
  })

  test('a key held down: every mark is stored, on the right picture, in order', async () => {
    for (let count = 0; count < 90; count += 1) {
      it.session.focus((count % 4) + 1)
      it.actions.mark({ kind: count % 2 === 0 ? 'reject' : 'approve' })
    }
    expect(it.actions.waiting()).toBe(90)
    await it.actions.settled()
    expect(it.calls).toHaveLength(90)
    expect(it.calls.map((call) => call.imageIds[0])).toEqual(Array.from({ length: 90 }, (_, at) => ((at % 4) + 1) * 10))
    expect(it.calls.every((call, at) => call.verb.kind === (at % 2 === 0 ? 'reject' : 'approve'))).toBe(true)
  })

  test('an answer too long to name its pictures: what is here keeps what was drawn', async () => {
    it.far.isLong = true
    it.session.focus(1, { ids: new Set([1, 2]), anchorId: 1, whole: null })
    it.actions.mark({ kind: 'approve' })
    it.session.focus(3)
    it.actions.mark({ kind: 'reject-row' })
    await it.actions.settled()
    expect(it.session.state().pending).toEqual([])
    expect([1, 2, 3, 4].map(it.decision)).toEqual(['approved', 'approved', 'rejected', 'rejected'])
  })

  test('a mark that is refused is taken back with a notice, and the next one goes on', async () => {
    it.far.refuses = true
    it.actions.mark({ kind: 'reject' })
    expect(it.decision(1)).toBe('rejected')
    await it.actions.settled()
    expect(it.decision(1)).toBe('undecided')
    expect(it.errors).toEqual(['Rejected: not stored, taken back'])
    it.far.refuses = false
    it.actions.mark({ kind: 'approve' })
    await it.actions.settled()
    expect(it.decision(1)).toBe('approved')
  })

  test('a decision that the filter hides leaves focus on the neighbour, at once', () => {
    it.session.takeList(it.session.state().list, { decisions: ['undecided'] })
    it.session.focus(2)
    it.actions.mark({ kind: 'approve' })
    expect(it.session.state().list.ids).toEqual([1, 3, 4])
    expect(it.session.state().focusId).toBe(3)
  })

  test('a list that was read before the mark does not bring the picture back', () => {
    const list = it.session.state().list
    it.session.takeList(list, { decisions: ['undecided'] })
    it.actions.mark({ kind: 'approve' })
    it.session.takeList(createTileList(list.ids, list.runs), { decisions: ['undecided'] })
    expect(it.session.state().list.ids).toEqual([2, 3, 4])
  })

  test('details asked for before a mark was stored do not undo it on the screen', async () => {
    const slow = { answer: (_tiles: readonly Tile[]) => {} }
    const cache = createTileCache(
      () => new Promise((resolve) => (slow.answer = resolve)),
      () => {},
    )
    const first = cache.load([1])
    slow.answer([draftTile(1, 1)])
    await first
    cache.markStale([1])
    cache.want([1])
    cache.writeMarks([
      { imageId: 10, tileId: 1, decision: 'approved', hires: false, reroll: false, rating: 0, label: null },
    ])
    slow.answer([draftTile(1, 1)])
    await new Promise((resolve) => setTimeout(resolve, 0))
    expect(cache.get(1)?.image?.decision).toBe('approved')
  })

  test('undo brings its picture into view', async () => {
    it.actions.undo()
    await it.actions.settled()
    expect(it.revealed).toEqual([2])
  })

  test('arrivals change tiles, never focus or selection', () => {
    it.session.focus(3, { ids: new Set([3, 4]), anchorId: 3, whole: null })
    it.tiles.markStale([1, 2, 3, 4])
    const { list } = it.session.state()
    it.session.takeList(createTileList([...list.ids, 5], [...list.runs, [3, 1]]), {})
    expect(it.session.state().focusId).toBe(3)
    expect([...it.session.state().selection.ids]).toEqual([3, 4])
  })

  test('the next undecided one is found past what was just decided', () => {
    it.session.focus(2)
    it.actions.mark({ kind: 'reject' })
    expect(nextUndecidedHere(it.session, 0, false)).toBe(3)
    expect(nextUndecidedHere(it.session, 2, true)).toBe(1)
    expect(nextUndecidedHere(it.session, 3, false)).toBe(null)
  })
})

describe('where focus goes after a mark', () => {
  const list = createTileList(
    [1, 2, 3, 4],
    [
      [1, 2],
      [2, 2],
    ],
  )
  test('one on with auto-advance, nowhere without it or with several', () => {
    expect(afterMark({ kind: 'approve' }, list, 1, 1, true)).toBe(2)
    expect(afterMark({ kind: 'approve' }, list, 1, 1, false)).toBe(null)
    expect(afterMark({ kind: 'approve' }, list, 1, 2, true)).toBe(null)
    expect(afterMark({ kind: 'undecide' }, list, 1, 1, true)).toBe(null)
  })
  test('inside a scope where there is one, and a tile outside of it moves nothing', () => {
    expect(afterMark({ kind: 'approve' }, list, 1, 1, true, [1, 3])).toBe(3)
    expect(afterMark({ kind: 'approve' }, list, 3, 1, true, [1, 3])).toBe(null)
    expect(afterMark({ kind: 'approve' }, list, 2, 1, true, [1, 3])).toBe(null)
    expect(afterMark({ kind: 'keep-only' }, list, 1, 1, true, [1, 2])).toBe(3)
  })
  test('verbs about a row go to the next row, with or without it', () => {
    expect(afterMark({ kind: 'keep-only' }, list, 2, 1, false)).toBe(3)
    expect(afterMark({ kind: 'reject-row' }, list, 3, 1, true)).toBe(null)
  })
})
