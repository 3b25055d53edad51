import { z } from 'zod'
import { errorCodeList } from '#shared/errors.ts'
import { holdReasons, jobStates } from '#shared/job-state.ts'

/** Database ids: positive integers, one sequence per kind of thing. */
export const id = z.int().positive()

/** Milliseconds since 1970. */
export const timeMs = z.int().nonnegative()

/** Money in millionths of the currency beside it. */
export const micros = z.int()
export const currency = z.string().length(3)

export const stage = z.enum(['draft', 'final'])
export const decision = z.enum(['undecided', 'approved', 'rejected'])
export type Decision = z.infer<typeof decision>
export const jobState = z.enum(jobStates)
export const holdReason = z.enum(holdReasons)
export const errorCode = z.enum(errorCodeList)

/** A row or a setting that cannot be used as it stands. `row` 1 is the first under the header; `line` is the file's own. */
export const problem = z.object({
  row: z.int().nullable(),
  line: z.int().nullable(),
  column: z.string().nullable(),
  message: z.string(),
  /** Where in the template, or in the template's cell, in UTF-16 code units; absent where it is about something else. */
  at: z.int().optional(),
  length: z.int().optional(),
})
export type Problem = z.infer<typeof problem>

/**
 * Which tiles a call is about. `selector` is the command line's form:
 * `all`, `undecided`, `approved`, `rejected`, `marked`, `re-roll`, `rows:1-20,35`, `ids:A,B` (ids as in the sheet).
 */
export const targets = z.union([
  z.object({ kind: z.literal('images'), imageIds: z.array(id).min(1) }),
  /** The drafts in these tiles; tiles without a picture yet are passed over. */
  z.object({ kind: z.literal('tiles'), tileIds: z.array(id).min(1) }),
  z.object({ kind: z.literal('selector'), batchId: id, selector: z.string().min(1) }),
])
export type Targets = z.infer<typeof targets>
