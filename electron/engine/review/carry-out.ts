import type { Images } from '#engine/images/images.ts'
import type { Storage } from '#engine/storage/storage.ts'
import type { Marks, Verb } from '#shared/contract/review.ts'
import type { ActionStep, Change, Journal } from './journal.ts'
import { isSame, marksAfter } from './verbs.ts'

interface CarryNeeds {
  readonly storage: Storage
  readonly images: Images
  readonly journal: Journal
}

/** What marking takes of one picture, some dozens of microseconds: a step of these is well under 20 ms. */
const imagesAStep = 250

export interface Wanted {
  readonly imageId: number
  /** False for the siblings of what `keep-only` keeps, and for everything in a rejected row. */
  readonly isKept: boolean
}

/** A mark on many pictures, as steps. */
export function markSteps(verb: Verb, wanted: readonly Wanted[]): ActionStep[] {
  return parts(wanted).map((part) => ({
    do: 'mark',
    verb,
    kept: part.flatMap(({ imageId, isKept }) => (isKept ? [imageId] : [])),
    others: part.flatMap(({ imageId, isKept }) => (isKept ? [] : [imageId])),
  }))
}

/** Undo or redo of an action, as steps; `imageIds` are those it changed, ascending. */
export const turnSteps = (direction: 'undo' | 'redo', imageIds: readonly number[]): ActionStep[] =>
  parts(imageIds).map((part) => ({ do: direction, from: part[0] ?? 0, to: part.at(-1) ?? 0 }))

function parts<Item>(all: readonly Item[]): (readonly Item[])[] {
  const found: (readonly Item[])[] = []
  for (let from = 0; from < all.length; from += imagesAStep) found.push(all.slice(from, from + imagesAStep))
  return found
}

/**
 * Does what is left of a decided action, a step in a transaction with the note that it is done; gives the marks that each
 * changed. Only the last waits for the disk: what a power cut takes back before it is done again.
 */
export function* carryOut(needs: CarryNeeds): Generator<{ actionId: number; changed: readonly Marks[] }, void, void> {
  const { storage, journal } = needs
  for (let next = journal.nextStep(); next !== null; next = journal.nextStep()) {
    const { id, actionId, step, isLast } = next
    const work = (): Marks[] => {
      const changed = doStep(needs, actionId, step)
      journal.dropStep(id)
      return changed
    }
    yield { actionId, changed: isLast ? storage.transaction(work) : storage.draft(work) }
  }
}

function doStep({ images, journal }: CarryNeeds, actionId: number, step: ActionStep): Marks[] {
  if (step.do === 'mark') {
    const changes = [
      ...changesBy(images, step.verb, step.kept, true),
      ...changesBy(images, step.verb, step.others, false),
    ]
    for (const { after } of changes) images.setMarks(after)
    journal.note(actionId, changes)
    return changes.map(({ after }) => after)
  }
  const marks = journal
    .changesBetween(actionId, step.from, step.to)
    .map(({ before, after }) => (step.do === 'undo' ? before : after))
  for (const each of marks) images.setMarks(each)
  return marks
}

/** What a verb makes of images; those that it leaves as they are, are left out. */
const changesBy = (images: Images, verb: Verb, imageIds: readonly number[], isKept: boolean): Change[] =>
  imageIds.flatMap((imageId) => changeBy(images, verb, { imageId, isKept }) ?? [])

/** Null where the verb leaves it as it is. */
export function changeBy(images: Images, verb: Verb, { imageId, isKept }: Wanted): Change | null {
  const before = images.marks(imageId)
  const after = marksAfter(before, verb, isKept)
  return isSame(before, after) ? null : { before, after }
}
