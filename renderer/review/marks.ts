import type { Marks, Verb } from '#shared/contract/review.ts'

/** What a person said of a picture. */
export type Said = Pick<Marks, 'decision' | 'hires' | 'reroll' | 'rating' | 'label'>

/** A mark that was made and drawn but is not stored yet. */
export interface PendingMark {
  readonly number: number
  readonly verb: Verb
  readonly tileIds: ReadonlySet<number>
  /** The rows of those tiles, for verbs that are about whole rows. */
  readonly rows: ReadonlySet<number>
}

/** What a verb makes of a picture that it is about, as the engine will. */
function afterVerb(said: Said, verb: Verb): Said {
  switch (verb.kind) {
    case 'approve':
    case 'keep-only':
      return { ...said, decision: 'approved' }
    case 'reject':
    case 'reject-row':
      return { ...said, decision: 'rejected', hires: false }
    case 'undecide':
      return { ...said, decision: 'undecided', hires: false }
    case 'hires':
      return verb.on ? { ...said, decision: 'approved', hires: true } : { ...said, hires: false }
    case 'reroll':
      return { ...said, reroll: verb.on }
    case 'rate':
      return { ...said, rating: verb.rating }
    case 'label':
      return { ...said, label: verb.label }
  }
}

const afterOne = (said: Said, tile: { id: number; row: number }, { verb, tileIds, rows }: PendingMark): Said => {
  if (tileIds.has(tile.id)) return afterVerb(said, verb)
  if (!rows.has(tile.row)) return said
  if (verb.kind === 'reject-row') return afterVerb(said, verb)
  return verb.kind === 'keep-only' && said.decision === 'undecided' ? { ...said, decision: 'rejected' } : said
}

/** What is drawn: what is stored, and every mark on its way in the order it was made. */
export const saidAfter = (stored: Said, tile: { id: number; row: number }, pending: readonly PendingMark[]): Said =>
  pending.reduce((said, mark) => afterOne(said, tile, mark), stored)

/** The word for a mark that was just made, for the live region. */
export function saidText(verb: Verb): string {
  switch (verb.kind) {
    case 'approve':
      return 'Approved'
    case 'reject':
      return 'Rejected'
    case 'undecide':
      return 'Undecided'
    case 'keep-only':
      return 'Kept only this'
    case 'reject-row':
      return 'Rejected the row'
    case 'hires':
      return verb.on ? 'Approved and marked for full size' : 'Full-size mark taken back'
    case 'reroll':
      return verb.on ? 'Marked for a re-roll' : 'Re-roll mark taken back'
    case 'rate':
      return verb.rating === 0 ? 'Stars cleared' : `${verb.rating} ${verb.rating === 1 ? 'star' : 'stars'}`
    case 'label':
      return verb.label === null ? 'Label cleared' : `Label ${verb.label}`
  }
}
