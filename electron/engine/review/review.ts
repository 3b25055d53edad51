import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { MarkTarget, Tiles } from '#engine/tiles/tiles.ts'
import type { Targets } from '#shared/contract/common.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import { type Marks, mostChangesNamed, type Verb } from '#shared/contract/review.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import { carryOut, changeBy, markSteps, turnSteps, type Wanted } from './carry-out.ts'
import { openImport } from './import-decisions.ts'
import { openInTurn } from './in-turn.ts'
import { type ActionStep, type Change, openJournal, type StoredAction } from './journal.ts'
import { summaryOf } from './verbs.ts'

export interface ReviewNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly batches: Batches
  readonly images: Images
  readonly tiles: Tiles
  readonly emit: (event: LibraryEvent) => void
}

interface Outcome {
  readonly action: StoredAction | null
  readonly matched: number
  readonly changedCount: number
  /** Empty where they are more than 1,000. */
  readonly changed: Marks[]
}

/** Up to so many pictures are marked in one transaction, before the call returns; more in slices. */
const mostAtOnce = 500

const nothing = (matched = 0): Outcome => ({ action: null, matched, changedCount: 0, changed: [] })

/**
 * Marks and the journal of them: each call is one action, durable before it is answered, and one step of undo. Calls are
 * done one after the other. An action on many pictures is decided in one transaction and carried out in slices, between
 * which everything else goes on; what a kill leaves of it is done when the library is opened.
 */
export function openReview({ storage, clock, batches, images, tiles, emit }: ReviewNeeds) {
  const journal = openJournal(storage, clock)
  const carrying = { storage, images, journal }
  const turns = openInTurn()
  if (!storage.readOnly) for (const _ of carryOut(carrying));

  const tell = (batchId: number, changed: readonly Marks[]): void => {
    if (changed.length > 0) emit({ kind: 'marks-changed', batchId, tileIds: changed.map((marks) => marks.tileId) })
  }

  /** All in one transaction. */
  function commit(batchId: number, changes: readonly Change[], summary: string): Outcome {
    if (changes.length === 0) return nothing()
    const action = storage.transaction(() => {
      for (const { after } of changes) images.setMarks(after)
      return journal.add(batchId, summary, changes)
    })
    return announced(
      action,
      changes.map((change) => change.after),
    )
  }

  function announced(action: StoredAction, changed: Marks[]): Outcome {
    tell(action.batchId, changed)
    emit({ kind: 'batch-changed', batchId: action.batchId })
    return { action, matched: changed.length, changedCount: changed.length, changed }
  }

  /** What is decided is done, or the error says that the rest will be. */
  async function inSteps(batchId: number, actionId: number): Promise<Outcome> {
    const changed: Marks[] = []
    const count = { all: 0 }
    try {
      for (const part of carryOut(carrying)) {
        count.all += part.changed.length
        if (count.all <= mostChangesNamed) changed.push(...part.changed)
        tell(batchId, part.changed)
        await nextTurn()
      }
    } catch (error) {
      const rest = 'A part of these marks is not stored yet: it is, before the next one or when the library is opened.'
      throw new AppError('storage', `${messageOf(error)} ${rest}`, { cause: error })
    }
    emit({ kind: 'batch-changed', batchId })
    return {
      action: journal.get(actionId),
      matched: count.all,
      changedCount: count.all,
      changed: count.all <= mostChangesNamed ? changed : [],
    }
  }

  /** What an action left behind that could not be carried out, a full disk say, comes before anything new. */
  const inOrder = <Result>(work: () => Result | Promise<Result>): Promise<Result> =>
    turns.inTurn(() => {
      for (const { actionId, changed } of carryOut(carrying)) tell(journal.get(actionId).batchId, changed)
      return work()
    })

  function applyNow(named: readonly MarkTarget[], verb: Verb, targets: Targets): Outcome | Promise<Outcome> {
    const [first] = named
    if (!first) {
      if (targets.kind === 'images') throw new AppError('not-found', 'Those pictures are not in this library.')
      return nothing()
    }
    const wanted = wantedFor(tiles, named, verb, keptBy(verb, named))
    if (wanted.length > mostAtOnce) return applyInSteps(named, verb)
    const changes = wanted.flatMap((each) => changeBy(images, verb, each) ?? [])
    const outcome = commit(first.batchId, changes, summaryOf(verb, changes.length))
    return { ...outcome, matched: wanted.length }
  }

  async function applyInSteps(named: readonly MarkTarget[], verb: Verb): Promise<Outcome> {
    const kept = keptBy(verb, named)
    const wanted = new Set<number>()
    const changing: Wanted[] = []
    for (let from = 0; from < named.length; from += mostAtOnce) {
      await nextTurn()
      for (const each of wantedFor(tiles, named.slice(from, from + mostAtOnce), verb, kept)) {
        // A row that two slices name is wanted once.
        if (wanted.has(each.imageId)) continue
        wanted.add(each.imageId)
        if (changeBy(images, verb, each) !== null) changing.push(each)
      }
    }
    const outcome = await decide(named[0]?.batchId ?? 0, summaryOf(verb, changing.length), markSteps(verb, changing))
    return { ...outcome, matched: wanted.size }
  }

  async function decide(batchId: number, summary: string, steps: readonly ActionStep[]): Promise<Outcome> {
    if (steps.length === 0) return nothing()
    return inSteps(
      batchId,
      storage.transaction(() => journal.addInSteps(batchId, summary, steps)),
    )
  }

  function apply({ targets, verb }: { targets: Targets; verb: Verb }): Outcome | Promise<Outcome> {
    const parts = tiles.markTargets(targets)
    const first = parts.next()
    const named: MarkTarget[] = first.done ? [] : first.value
    const second = parts.next()
    if (second.done && named.length <= mostAtOnce) return applyNow(named, verb, targets)
    return (async () => {
      if (!second.done) named.push(...second.value)
      for (const part of parts) {
        await nextTurn()
        named.push(...part)
      }
      return named.length <= mostAtOnce ? applyNow(named, verb, targets) : applyInSteps(named, verb)
    })()
  }

  function turn(batchId: number, direction: 'undo' | 'redo'): Outcome | Promise<Outcome> {
    batches.get(batchId)
    const next = journal.next(batchId, direction)
    if (!next) return nothing()
    const { actionId, imageIds } = next
    if (imageIds.length > mostAtOnce) {
      storage.transaction(() => journal.turn(actionId, direction, turnSteps(direction, imageIds)))
      return inSteps(batchId, actionId)
    }
    const changed = storage.transaction(() => {
      journal.turn(actionId, direction, [])
      const marks = journal.changes(actionId).map(({ before, after }) => (direction === 'undo' ? before : after))
      for (const each of marks) images.setMarks(each)
      return marks
    })
    return announced(journal.get(actionId), changed)
  }

  return {
    apply: (wish: { targets: Targets; verb: Verb }): Promise<Outcome> => inOrder(() => apply(wish)),
    undo: ({ batchId }: { batchId: number }): Promise<Outcome> => inOrder(() => turn(batchId, 'undo')),
    redo: ({ batchId }: { batchId: number }): Promise<Outcome> => inOrder(() => turn(batchId, 'redo')),

    stepBack: ({ batchId }: { batchId: number }): Promise<Outcome> =>
      inOrder(() => {
        batches.get(batchId)
        const imageId = journal.newestDecided(batchId)
        if (imageId === null) return nothing()
        return apply({ targets: { kind: 'images', imageIds: [imageId] }, verb: { kind: 'undecide' } })
      }),

    history: ({ batchId, limit }: { batchId: number; limit: number }): StoredAction[] =>
      journal.history(batchId, limit),

    importDecisions: (wish: { batchId: number; csv: string }): Promise<{ applied: number; problems: string[] }> =>
      inOrder(async () => {
        batches.get(wish.batchId)
        const { changing, problems } = await openImport({ tiles, images })(wish)
        const steps = (['approve', 'reject', 'undecide'] as const).flatMap((kind) =>
          markSteps({ kind }, changing.get(kind) ?? []),
        )
        const count = [...changing.values()].reduce((sum, wanted) => sum + wanted.length, 0)
        await decide(wish.batchId, `took ${count} decisions from a file`, steps)
        return { applied: count, problems }
      }),

    /** Resolves once what was asked for is done: before the library is closed. */
    settled: turns.settled,
  }
}

/** The images that a verb on some of those named is about: a whole row for the verbs that speak of rows. */
function wantedFor(tiles: Tiles, named: readonly MarkTarget[], verb: Verb, kept: ReadonlySet<number>): Wanted[] {
  if (verb.kind !== 'keep-only' && verb.kind !== 'reject-row')
    return named.map(({ imageId }) => ({ imageId, isKept: true }))
  const wanted = new Map<number, Wanted>()
  for (const { imageId } of named) {
    // Its row is in already, by one of its siblings.
    if (wanted.has(imageId)) continue
    for (const sibling of tiles.siblings(imageId))
      wanted.set(sibling.imageId, { imageId: sibling.imageId, isKept: kept.has(sibling.imageId) })
  }
  return [...wanted.values()]
}

const keptBy = (verb: Verb, named: readonly MarkTarget[]): ReadonlySet<number> =>
  new Set(verb.kind === 'keep-only' ? named.map((target) => target.imageId) : [])
