import { oc } from '@orpc/contract'
import { z } from 'zod'
import { decision, id, targets, timeMs } from './common.ts'

/** What a person says of pictures. Verbs, not toggles: said twice, it is still so. */
export const verb = z.union([
  z.object({ kind: z.enum(['approve', 'reject', 'undecide']) }),
  /** Approve this one, reject its undecided siblings; never overrides an approval. */
  z.object({ kind: z.literal('keep-only') }),
  z.object({ kind: z.literal('reject-row') }),
  /** Approve and mark for full size, or take that mark back. */
  z.object({ kind: z.literal('hires'), on: z.boolean() }),
  z.object({ kind: z.literal('reroll'), on: z.boolean() }),
  z.object({ kind: z.literal('rate'), rating: z.int().min(0).max(5) }),
  z.object({ kind: z.literal('label'), label: z.enum(['red', 'yellow', 'green', 'blue']).nullable() }),
])
export type Verb = z.infer<typeof verb>

/** An image's marks as they are after a call. */
export const marks = z.object({
  imageId: id,
  tileId: id,
  decision,
  hires: z.boolean(),
  reroll: z.boolean(),
  rating: z.int(),
  label: z.enum(['red', 'yellow', 'green', 'blue']).nullable(),
})
export type Marks = z.infer<typeof marks>

/** One entry of the journal: a whole selection is one. */
export const action = z.object({
  id,
  batchId: id,
  /** `rejected 23 drafts` */
  summary: z.string(),
  atMs: timeMs,
  undone: z.boolean(),
  /** The first 1,000. */
  tileIds: z.array(id),
})

/** Of an action that changes more pictures than this, answers name none of them: events do, as they are stored. */
export const mostChangesNamed = 1000

/**
 * `matched`: how many pictures were meant; `changedCount`: how many have other marks than before; `changed`: those marks,
 * empty where they are more than 1,000.
 */
const outcome = z.object({
  action: action.nullable(),
  matched: z.int(),
  changedCount: z.int(),
  changed: z.array(marks),
})

export const review = {
  apply: oc
    .route({ method: 'POST', path: '/review', summary: 'Mark pictures: one call, one journal entry, one undo' })
    .input(z.object({ targets, verb }))
    .output(outcome),
  undo: oc
    .route({
      method: 'POST',
      path: '/batches/{batchId}/undo',
      summary: 'Take the newest action back; `action` is null where there is none',
    })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(outcome),
  redo: oc
    .route({ method: 'POST', path: '/batches/{batchId}/redo', summary: 'Do the newest undone action again' })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(outcome),
  /** Backspace: the newest decided picture becomes undecided again, as an action of its own. */
  stepBack: oc
    .route({ method: 'POST', path: '/batches/{batchId}/step-back', summary: 'Clear the newest decision' })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(outcome),
  history: oc
    .route({ method: 'GET', path: '/batches/{batchId}/history', summary: 'The journal, the newest first' })
    .input(
      z.object({
        batchId: z.coerce.number().int().positive(),
        limit: z.coerce.number().int().positive().max(500).default(100),
      }),
    )
    .output(z.array(action)),
  /** Reads `decisions.csv`: a column with row ids, row numbers or file names, and one with approve / reject / undecide. */
  importDecisions: oc
    .route({ method: 'POST', path: '/batches/{batchId}/decisions', summary: 'Take decisions from a CSV' })
    .input(z.object({ batchId: z.coerce.number().int().positive(), csv: z.string().max(20_000_000) }))
    .output(z.object({ applied: z.int(), problems: z.array(z.string()) })),
}
