import type { Marks, Verb } from '#shared/contract/review.ts'

/**
 * An image's marks after a verb. Said twice, it is the same. `isKept` is false for the siblings of the one that
 * `keep-only` keeps, and for everything in a rejected row: those never lose an approval.
 */
export function marksAfter(before: Marks, verb: Verb, isKept: boolean): Marks {
  switch (verb.kind) {
    case 'approve':
      return { ...before, decision: 'approved' }
    case 'reject':
      return { ...before, decision: 'rejected', hires: false }
    case 'undecide':
      return { ...before, decision: 'undecided', hires: false }
    case 'keep-only':
      if (isKept) return { ...before, decision: 'approved' }
      return before.decision === 'undecided' ? { ...before, decision: 'rejected', hires: false } : before
    case 'reject-row':
      return { ...before, decision: 'rejected', hires: false }
    case 'hires':
      return verb.on ? { ...before, decision: 'approved', hires: true } : { ...before, hires: false }
    case 'reroll':
      return { ...before, reroll: verb.on }
    case 'rate':
      return { ...before, rating: verb.rating }
    case 'label':
      return { ...before, label: verb.label }
  }
}

/** `rejected 23 drafts`, for the journal. */
export function summaryOf(verb: Verb, count: number): string {
  const drafts = `${count} ${count === 1 ? 'draft' : 'drafts'}`
  switch (verb.kind) {
    case 'approve':
      return `approved ${drafts}`
    case 'reject':
      return `rejected ${drafts}`
    case 'undecide':
      return `cleared ${drafts}`
    case 'keep-only':
      return `kept one, decided ${drafts}`
    case 'reject-row':
      return `rejected a row of ${drafts}`
    case 'hires':
      return verb.on ? `marked ${drafts} for full size` : `took ${drafts} off full size`
    case 'reroll':
      return verb.on ? `marked ${drafts} to re-roll` : `took ${drafts} off re-roll`
    case 'rate':
      return verb.rating === 0
        ? `cleared the stars of ${drafts}`
        : `gave ${drafts} ${verb.rating} ${verb.rating === 1 ? 'star' : 'stars'}`
    case 'label':
      return verb.label === null ? `cleared the label of ${drafts}` : `labelled ${drafts} ${verb.label}`
  }
}

export const isSame = (one: Marks, other: Marks): boolean =>
  one.decision === other.decision &&
  one.hires === other.hires &&
  one.reroll === other.reroll &&
  one.rating === other.rating &&
  one.label === other.label
