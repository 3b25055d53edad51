import type { Targets } from '#shared/contract/common.ts'
import type { Marks, Verb } from '#shared/contract/review.ts'
import { errorCodeOf } from '#shared/errors.ts'
import type { Client } from '../api/client.ts'
import { countText } from '../ui/time-text.ts'
import { type PendingMark, saidAfter, saidText } from './marks.ts'
import { createSendQueue } from './send-queue.ts'
import type { ReviewSession } from './session.ts'
import { saidOf } from './tile-view.ts'

export interface ReviewActions {
  /** Marks the tiles (else the targets) in the same frame; stored in order, taken back with a notice on an error. */
  readonly mark: (verb: Verb, tileIds?: readonly number[]) => void
  /** Marks one image by itself: a final beside its draft. Shown once it is stored. */
  readonly markImage: (verb: Verb, imageId: number) => void
  readonly undo: () => void
  readonly redo: () => void
  readonly stepBack: () => void
  /** How many answers are awaited. */
  readonly waiting: () => number
  readonly settled: () => Promise<void>
}

interface Parts {
  readonly session: ReviewSession
  readonly review: Pick<Client['review'], 'apply' | 'undo' | 'redo' | 'stepBack'>
  readonly onError: (title: string, error: unknown) => void
  /** Brings a tile into view and focus, also where the filter hides it. */
  readonly reveal: (tileId: number) => void
}

/** Selections above this are named by their tiles. */
const manyTiles = 100

const rowVerbs: readonly Verb['kind'][] = ['keep-only', 'reject-row']

/** The verbs of review, over one session. */
export function createReviewActions({ session, review, onError, reveal }: Parts): ReviewActions {
  const numbers = { last: 0 }
  const queue = createSendQueue(
    (error) => onError('Something went wrong while storing', error),
    () => session.change({ sending: queue.size() }),
  )

  const settle = (mark: PendingMark, changed: readonly Marks[]) => {
    session.tiles.writeMarks(changed)
    session.change({ pending: session.state().pending.filter((each) => each !== mark) })
  }

  /** What a stored mark made of the tiles that are here, for an answer too long to name them. */
  const marksBy = (mark: PendingMark): Marks[] =>
    (mark.rows.size > 0 ? tilesOfRows(session, mark.rows) : [...mark.tileIds]).flatMap((tileId) => {
      const tile = session.tiles.get(tileId)
      return tile?.image ? [{ imageId: tile.image.id, tileId, ...saidAfter(saidOf(tile, []), tile, [mark]) }] : []
    })

  const send = async (mark: PendingMark, targets: () => Promise<Targets | null>) => {
    try {
      const to = await targets()
      if (to === null) return settle(mark, [])
      const { changed, changedCount } = await review.apply({ targets: to, verb: mark.verb })
      settle(mark, changedCount > changed.length ? marksBy(mark) : changed)
    } catch (error) {
      settle(mark, [])
      // None of a big selection's tiles holds a picture yet: nothing was said of anything.
      if (mark.tileIds.size > manyTiles && errorCodeOf(error) === 'not-found') return
      session.refilter(mark.tileIds)
      // A big one is stored in slices: some may be, and the error says what becomes of the rest.
      if (mark.tileIds.size > manyTiles) session.tiles.markStale('all')
      onError(`${saidText(mark.verb)}: not stored${mark.tileIds.size > manyTiles ? ' whole' : ', taken back'}`, error)
    }
  }

  const targetsFor =
    (tileIds: readonly number[], whole: 'all' | 'undecided' | null) => async (): Promise<Targets | null> => {
      if (whole !== null) return { kind: 'selector', batchId: session.batchId, selector: whole }
      // A big selection goes by its tiles: loading 50,000 to learn their pictures' ids would take seconds.
      if (tileIds.length > manyTiles) return { kind: 'tiles', tileIds: [...tileIds] }
      const imageIds = (await session.tiles.load(tileIds)).flatMap((tile) => (tile.image ? [tile.image.id] : []))
      return imageIds.length === 0 ? null : { kind: 'images', imageIds }
    }

  const mark = (verb: Verb, given?: readonly number[]) => {
    const { selection, focusId } = session.state()
    const tileIds = given ?? session.targets()
    // Where every target is known to hold no picture there is nothing to say of them.
    const markable = tileIds.filter((tileId) => session.tiles.get(tileId)?.image !== null)
    if (markable.length === 0) return
    const isWhole = given === undefined && focusId !== null && selection.ids.has(focusId)
    const rows = rowVerbs.includes(verb.kind) ? rowsOf(session, markable) : new Set<number>()
    numbers.last += 1
    const pending: PendingMark = { number: numbers.last, verb, tileIds: new Set(markable), rows }
    session.change({ pending: [...session.state().pending, pending], sending: queue.size() + 1 })
    session.say(markable.length === 1 ? saidText(verb) : `${saidText(verb)}: ${countText(markable.length, 'draft')}`)
    session.refilter(rows.size > 0 ? tilesOfRows(session, rows) : markable)
    const targets = targetsFor(markable, isWhole ? selection.whole : null)
    queue.push(() => send(pending, targets))
  }

  const travel = (what: 'undo' | 'redo' | 'stepBack', nothing: string, failed: string) => {
    queue.push(async () => {
      try {
        const { action, changed, changedCount } = await review[what]({ batchId: session.batchId })
        session.tiles.writeMarks(changed)
        if (changedCount > changed.length) session.tiles.markStale('all')
        if (!action) {
          session.say(nothing)
          return
        }
        session.refilter(action.tileIds)
        const first = action.tileIds[0]
        if (first !== undefined) reveal(first)
        session.say(what === 'undo' ? `Undone: ${action.summary}` : action.summary)
      } catch (error) {
        onError(failed, error)
      }
    })
    session.change({ sending: queue.size() })
  }

  const markImage = (verb: Verb, imageId: number) => {
    queue.push(async () => {
      try {
        const { changed } = await review.apply({ targets: { kind: 'images', imageIds: [imageId] }, verb })
        session.tiles.writeMarks(changed)
        session.say(saidText(verb))
      } catch (error) {
        onError(`${saidText(verb)}: not stored`, error)
      }
    })
  }

  return {
    mark,
    markImage,
    undo: () => travel('undo', 'Nothing to undo', 'Undo did not work'),
    redo: () => travel('redo', 'Nothing to redo', 'Redo did not work'),
    stepBack: () => travel('stepBack', 'No decision to step back to', 'Stepping back did not work'),
    waiting: queue.size,
    settled: queue.settled,
  }
}

function rowsOf(session: ReviewSession, tileIds: readonly number[]): Set<number> {
  const { list } = session.state()
  return new Set(
    tileIds.flatMap((tileId) => {
      const index = list.indexOf(tileId)
      return index < 0 ? [] : [list.runs[list.runAt(index)]?.[0] ?? -1]
    }),
  )
}

function tilesOfRows(session: ReviewSession, rows: ReadonlySet<number>): number[] {
  const { list } = session.state()
  return list.runs.flatMap(([row, count], run) => {
    const start = list.runStart(run)
    return rows.has(row) ? list.ids.slice(start, start + count) : []
  })
}
