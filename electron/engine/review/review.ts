import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { Tiles } from '#engine/tiles/tiles.ts'
import type { Targets } from '#shared/contract/common.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { Marks, Verb } from '#shared/contract/review.ts'
import { AppError } from '#shared/errors.ts'
import { decisionsFrom } from './decisions-csv.ts'
import { openJournal, type StoredAction } from './journal.ts'
import { marksAfter, summaryOf } from './verbs.ts'

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
  readonly changed: Marks[]
}

/** Marks and the journal of them: each call is one durable commit with its journal entry, and one step of undo. */
export function openReview({ storage, clock, batches, images, tiles, emit }: ReviewNeeds) {
  const journal = openJournal(storage, clock)

  /** The images a verb is about: a whole row for the verbs that speak of rows. */
  function imagesFor(targets: Targets, verb: Verb): { imageId: number; isKept: boolean }[] {
    const named = tiles.targets(targets)
    if (verb.kind !== 'keep-only' && verb.kind !== 'reject-row')
      return named.map(({ imageId }) => ({ imageId, isKept: true }))
    const kept = new Set(verb.kind === 'keep-only' ? named.map((target) => target.imageId) : [])
    const rows = new Map<number, { imageId: number; isKept: boolean }>()
    for (const { imageId } of named)
      for (const sibling of tiles.siblings(imageId))
        rows.set(sibling.imageId, { imageId: sibling.imageId, isKept: kept.has(sibling.imageId) })
    return [...rows.values()]
  }

  function commit(batchId: number, changes: readonly { before: Marks; after: Marks }[], summary: string): Outcome {
    if (changes.length === 0) return { action: null, matched: 0, changed: [] }
    const action = storage.transaction(() => {
      for (const { after } of changes) images.setMarks(after)
      return journal.add(batchId, summary, changes)
    })
    return announce({ action, matched: changes.length, changed: changes.map((change) => change.after) })
  }

  function announce(outcome: Outcome): Outcome {
    const { action, changed } = outcome
    if (!action) return outcome
    emit({ kind: 'marks-changed', batchId: action.batchId, tileIds: changed.map((marks) => marks.tileId) })
    emit({ kind: 'batch-changed', batchId: action.batchId })
    return outcome
  }

  function apply({ targets, verb }: { targets: Targets; verb: Verb }): Outcome {
    const wanted = imagesFor(targets, verb)
    const [first] = wanted
    if (!first) {
      if (targets.kind === 'images') throw new AppError('not-found', 'Those pictures are not in this library.')
      return { action: null, matched: 0, changed: [] }
    }
    const changes = wanted.flatMap(({ imageId, isKept }) => {
      const before = images.marks(imageId)
      const after = marksAfter(before, verb, isKept)
      return isSame(before, after) ? [] : [{ before, after }]
    })
    const outcome = commit(images.stored(first.imageId).batchId, changes, summaryOf(verb, changes.length))
    return { ...outcome, matched: wanted.length }
  }

  function step(batchId: number, direction: 'undo' | 'redo'): Outcome {
    batches.get(batchId)
    const found = journal.step(batchId, direction)
    if (!found) return { action: null, matched: 0, changed: [] }
    const changed = storage.transaction(() => {
      journal.mark(found.action.id, direction === 'undo' ? 'undone' : 'done')
      return found.changes.map(({ before, after }) => {
        const marks = direction === 'undo' ? before : after
        images.setMarks(marks)
        return marks
      })
    })
    return announce({ action: { ...found.action, undone: direction === 'undo' }, matched: changed.length, changed })
  }

  return {
    apply,
    undo: ({ batchId }: { batchId: number }): Outcome => step(batchId, 'undo'),
    redo: ({ batchId }: { batchId: number }): Outcome => step(batchId, 'redo'),

    stepBack({ batchId }: { batchId: number }): Outcome {
      batches.get(batchId)
      const imageId = journal.newestDecided(batchId)
      return imageId === null
        ? { action: null, matched: 0, changed: [] }
        : apply({ targets: { kind: 'images', imageIds: [imageId] }, verb: { kind: 'undecide' } })
    },

    history: ({ batchId, limit }: { batchId: number; limit: number }): StoredAction[] =>
      journal.history(batchId, limit),

    importDecisions({ batchId, csv }: { batchId: number; csv: string }): { applied: number; problems: string[] } {
      batches.get(batchId)
      const { decisions, problems } = decisionsFrom(csv)
      const changes = new Map<number, { before: Marks; after: Marks }>()
      for (const { selector, verb, line } of decisions) {
        const named = tiles.targets({ kind: 'selector', batchId, selector })
        if (named.length === 0)
          problems.push(`line ${line}: nothing in this batch is "${selector.replace(/^(ids|rows):/, '')}"`)
        for (const { imageId } of named) {
          const before = changes.get(imageId)?.before ?? images.marks(imageId)
          changes.set(imageId, { before, after: marksAfter(before, { kind: verb }, true) })
        }
      }
      const changed = [...changes.values()].filter(({ before, after }) => !isSame(before, after))
      commit(batchId, changed, `took ${changed.length} decisions from a file`)
      return { applied: changed.length, problems }
    },
  }
}

const isSame = (one: Marks, other: Marks): boolean =>
  one.decision === other.decision &&
  one.hires === other.hires &&
  one.reroll === other.reroll &&
  one.rating === other.rating &&
  one.label === other.label
