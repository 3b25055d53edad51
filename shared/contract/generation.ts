import { oc } from '@orpc/contract'
import { z } from 'zod'
import { profile } from '#shared/generation-request.ts'
import { errorCode, holdReason, id, micros, timeMs } from './common.ts'
import { madeAgainOutput, plan, planAgainInput, planAgainOutput, planRow, planRowsInput } from './plans.ts'
import { draftPlanInput, finalPlanInput, rerollPlanInput, route, runSending } from './wishes.ts'

const runInput = z.object({
  planId: z.string(),
  /** The plan's own highest price: a run is refused where the plan now costs more. */
  highestMicros: micros.nullable(),
  name: z.string().min(1).max(120).nullable().default(null),
  /** Only a sample of this many tiles, spread over the sheet, live and now; the others are held until released. */
  first: z.int().positive().nullable().default(null),
  /** The most this run may spend, in micros; `null` for the library's own caps alone. */
  capMicros: micros.nonnegative().nullable().default(null),
  ...runSending.shape,
})
export type RunInput = z.infer<typeof runInput>

/** A provider's line of work as it is now. */
export const lane = z.object({
  provider: z.string(),
  label: z.string(),
  running: z.int(),
  waiting: z.int(),
  concurrency: z.int(),
  /** Requests a minute that the lane allows; `null` for no limit. */
  perMinute: z.number().nullable(),
  /** Until when the whole lane waits (as the provider told, or a limit says); `null` where it does not. */
  waitUntilMs: timeMs.nullable(),
  /** Why it stands still until a person acts; `null` where it goes. */
  paused: z.object({ code: errorCode.nullable(), message: z.string() }).nullable(),
})
export type Lane = z.infer<typeof lane>

export const failureGroup = z.object({
  /** The error's code, or `outcome-unknown`. */
  code: errorCode,
  message: z.string(),
  count: z.int(),
  tileIds: z.array(id),
  jobIds: z.array(id),
  /** What unknown requests of this group may have cost, in micros. */
  atRiskMicros: micros,
  /** Where they went in remote batches: what they cost at most where they go live; `null` where nobody knows. Absent for all others. */
  liveMicros: micros.nullable().optional(),
})

export const queue = z.object({
  lanes: z.array(lane),
  batches: z.array(
    z.object({
      batchId: id,
      name: z.string(),
      paused: z.boolean(),
      left: z.int(),
      running: z.int(),
      held: z.partialRecord(holdReason, z.int()),
      /** `null` while nothing has been measured. */
      timeLeftMs: z.int().nullable(),
      /** When what waits for its time may start next; absent where nothing does. */
      startsMs: timeMs.optional(),
    }),
  ),
})
export type Queue = z.infer<typeof queue>

export const generation = {
  planDrafts: oc
    .route({ method: 'POST', path: '/plans/drafts', summary: 'What a run of a sheet would make, cost and take' })
    .input(draftPlanInput)
    .output(plan),
  planFinals: oc
    .route({
      method: 'POST',
      path: '/plans/finals',
      summary: 'What finalizing approved drafts would make, cost and take',
    })
    .input(finalPlanInput)
    .output(plan),
  planRerolls: oc
    .route({
      method: 'POST',
      path: '/plans/rerolls',
      summary: 'What re-rolling marked drafts would make: the same prompts with numbers never used before',
    })
    .input(rerollPlanInput)
    .output(plan),
  planAgain: oc
    .route({
      method: 'POST',
      path: '/plans/again',
      summary: 'What making pictures of a delivery’s manifest again would cost; run, it asks once more and for each',
    })
    .input(planAgainInput)
    .output(planAgainOutput),
  madeAgain: oc
    .route({
      method: 'GET',
      path: '/batches/{batchId}/again',
      summary: 'Of a batch that made pictures of a manifest again: which came out the same',
    })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(madeAgainOutput),
  planRows: oc
    .route({ method: 'GET', path: '/plans/{planId}/rows', summary: 'The tiles of a plan' })
    .input(planRowsInput)
    .output(z.object({ rows: z.array(planRow), total: z.int() })),
  run: oc
    .route({ method: 'POST', path: '/plans/{planId}/run', summary: 'Run a plan; asked twice it runs once' })
    .input(runInput)
    .output(z.object({ batchId: id, batch: z.string() })),
  release: oc
    .route({ method: 'POST', path: '/batches/{batchId}/release', summary: 'Go on with what was held' })
    .input(z.object({ batchId: z.coerce.number().int().positive(), reason: holdReason }))
    .output(z.object({ released: z.int() })),
  control: oc
    .route({ method: 'POST', path: '/queue/control', summary: 'Pause, resume, cancel, move to the front or start now' })
    .input(
      z.object({
        /** `start`: what waits for its time waits no longer; of a batch, or of all. */
        action: z.enum(['pause', 'resume', 'cancel', 'front', 'start']),
        of: z.union([
          z.object({ kind: z.literal('all') }),
          z.object({ kind: z.literal('batch'), batchId: id }),
          z.object({ kind: z.literal('provider'), provider: z.string() }),
        ]),
      }),
    )
    .output(z.object({ changed: z.int() })),
  retry: oc
    .route({ method: 'POST', path: '/batches/{batchId}/retry', summary: 'Queue failed jobs again' })
    .input(
      z.object({
        batchId: z.coerce.number().int().positive(),
        /** Only failures with this code; `null` for all that did not end in `outcome-unknown`. */
        only: errorCode.nullable().default(null),
        jobIds: z.array(id).nullable().default(null),
        /** Absent: each as it went before. `live`, where neither of the above is named, takes along what waits for a follow-up batch. */
        route: route.optional(),
      }),
    )
    .output(z.object({ retried: z.int() })),
  resolveUnknown: oc
    .route({ method: 'POST', path: '/unknown', summary: 'Say what becomes of requests whose outcome nobody knows' })
    .input(z.object({ jobIds: z.array(id).min(1), action: z.enum(['retry', 'dismiss']) }))
    .output(z.object({ resolved: z.int() })),
  editPrompt: oc
    .route({
      method: 'POST',
      path: '/tiles/{tileId}/prompt',
      summary: 'Ask a failed tile again, with another prompt or model',
    })
    .input(
      z.object({
        tileId: z.coerce.number().int().positive(),
        prompt: z.string().min(1).nullable(),
        profile: profile.nullable(),
        /** Images whose pictures go in with the prompt from now on; `null` leaves those that it has. */
        references: z.array(id).max(16).nullable().default(null),
      }),
    )
    .output(z.object({ tileId: id })),
  undoEdit: oc
    .route({
      method: 'POST',
      path: '/tiles/{tileId}/prompt/undo',
      summary: 'Take the newest edit of a tile back, as long as it is not being made',
    })
    .input(z.object({ tileId: z.coerce.number().int().positive() }))
    .output(z.object({ tileId: id })),
  dismiss: oc
    .route({ method: 'POST', path: '/tiles/dismiss', summary: 'Take failed tiles off the failure list' })
    .input(z.object({ tileIds: z.array(id).min(1) }))
    .output(z.object({ dismissed: z.int() })),
  onScreen: oc
    .route({ method: 'POST', path: '/queue/on-screen', summary: 'Tiles a person looks at now: they go first' })
    .input(z.object({ tileIds: z.array(id).max(1000) }))
    .output(z.object({ moved: z.int() })),
  queue: oc.route({ method: 'GET', path: '/queue', summary: 'Lanes, and what is left of each batch' }).output(queue),
  failures: oc
    .route({ method: 'GET', path: '/batches/{batchId}/failures', summary: 'What failed, grouped by cause' })
    .input(z.object({ batchId: z.coerce.number().int().positive() }))
    .output(z.object({ groups: z.array(failureGroup) })),
}
