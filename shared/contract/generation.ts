import { oc } from '@orpc/contract'
import { z } from 'zod'
import { profile } from '#shared/generation-request.ts'
import { currency, errorCode, holdReason, id, micros, problem, timeMs } from './common.ts'
import { draftPlanInput, finalPlanInput, rerollPlanInput, route, runSending } from './wishes.ts'

/** A plan, or one model's share of it, where it goes by another route: all of it together, so what has to go live is in the sums. */
const routeFigures = z.object({
  /** Requests that go in remote batches; the others go live. */
  requests: z.int(),
  estimateMicros: micros.nullable(),
  highestMicros: micros.nullable(),
  /**
   * Until the last remote batch is over at the latest: what the service allows itself, and the wait for the last start
   * where only so many may be started an hour. More than a day (86,400,000) is said to the person. `null` where nothing
   * goes in a batch.
   */
  withinMs: z.int().nullable(),
})
export type RouteFigures = z.infer<typeof routeFigures>

/** The share of a plan that one model makes. */
const planPart = z.object({
  provider: z.string(),
  model: z.string(),
  requests: z.int(),
  estimateMicros: micros.nullable(),
  /** Drafts only: what of its share comes from the cache, is the same as another draft, or cannot be made as asked. */
  cached: z.int().optional(),
  duplicates: z.int().optional(),
  blocked: z.int().optional(),
  /** The same share in remote batches; `null` where the model has no batch service, or nothing of it can go. */
  batch: routeFigures.extend({ remoteBatches: z.int() }).nullable().optional(),
  /** What `auto` makes of it. */
  auto: route.optional(),
  /** Why some of it can only go live, as a sentence: the first reason that was found; absent where nothing has to. */
  liveBecause: z.string().optional(),
})

/** A provider's models share its limits, and so its time. */
const planLane = z.object({
  provider: z.string(),
  requests: z.int(),
  /** At today's limits and measured times; `null` while nothing is known. */
  durationMs: z.int().nullable(),
})

/** What is wrong, or left out, counted over all rows that have it in common. */
const problemGroup = z.object({
  kind: z.enum([
    'sheet',
    'model',
    'retired',
    'reference-missing',
    'references',
    'size',
    'scale',
    'prompt-length',
    'quality',
    'transparent',
    'request',
    'negative',
    'seed',
    'left-out',
  ]),
  message: z.string(),
  count: z.int(),
  /** Whether these are not made; else something is left out of them. */
  blocks: z.boolean(),
})
export type ProblemGroup = z.infer<typeof problemGroup>

export const plan = z.object({
  planId: z.string(),
  /** `update`: what a newer version of a batch's sheet adds to it. */
  kind: z.enum(['drafts', 'finals', 'rerolls', 'update']),
  /** The unfinished batch that a run would go on with, `null` where it would make a new one. */
  batchId: id.nullable(),
  prompts: z.int(),
  /** Places in the grid: prompts x variants x profiles; for finals, the pictures asked for. */
  tiles: z.int(),
  /** Requests that would be sent: tiles less those cached, duplicates of another and those blocked. */
  requests: z.int(),
  cached: z.int(),
  duplicates: z.int(),
  /** Tiles that the model cannot make as asked; each is among the problems. */
  blocked: z.int(),
  /** What it should cost, and the most it can; `null` where a model has no price. */
  estimateMicros: micros.nullable(),
  highestMicros: micros.nullable(),
  currency,
  /** What making every tile at final quality would cost; `null` where no price is known. */
  allFinalMicros: micros.nullable(),
  /** Providers work beside each other: that of the slowest. */
  durationMs: z.int().nullable(),
  /** All of it by `batch`, and by `auto`; `null` where nothing can go in a remote batch, or nothing would. */
  batch: routeFigures.nullable().optional(),
  auto: routeFigures.nullable().optional(),
  parts: z.array(planPart),
  lanes: z.array(planLane),
  /** The first of every kind, 1,000 at most; `problemCount` counts all, `problemGroups` by what they have in common. */
  problems: z.array(problem),
  problemCount: z.int(),
  problemGroups: z.array(problemGroup),
  /** Finals only: pictures that would be drawn anew and not the same picture larger. */
  redrawn: z.int(),
  /** Finals only: that a smaller one would do for the place it is meant for, as a sentence; absent where none would. */
  sizeAdvice: z.string().optional(),
  /** Drafts only: prompts that differ from an earlier one in nothing but case, spaces and punctuation; made all the same. */
  alike: z
    .object({
      count: z.int(),
      /** The first 20: the prompt, its row, and the row of the one it is like. */
      samples: z.array(z.object({ row: z.int(), likeRow: z.int(), prompt: z.string() })),
    })
    .optional(),
})
export type Plan = z.infer<typeof plan>

export const planRow = z.object({
  row: z.int(),
  prompt: z.string(),
  variant: z.int(),
  provider: z.string(),
  model: z.string(),
  priceMicros: micros.nullable(),
  outcome: z.enum(['new', 'cached', 'duplicate', 'blocked']),
  /** `same as row 118`, the reason why it is blocked; `null` where there is nothing to say. */
  note: z.string().nullable(),
})
export type PlanRow = z.infer<typeof planRow>

/** A wish to make pictures of a manifest again. */
const planAgainInput = z.object({
  /** The text of `manifest.json`. */
  manifest: z.string().min(2),
  /** Ids and file names in it; none: every picture that has a file. */
  only: z.array(z.string().min(1)).max(10_000).default([]),
})
export type PlanAgainInput = z.infer<typeof planAgainInput>

const planAgainOutput = z.object({
  plan,
  sheetId: id,
  /** Pictures that go in and are not in this library; `file` where the manifest delivered one with just these bytes. */
  missing: z.array(z.object({ sha256: z.string(), file: z.string().nullable() })),
})
export type PlanAgain = z.infer<typeof planAgainOutput>

/** `same`: every byte. `same-look`: other bytes, and no eye would tell them apart. `not-made`: there is nothing to compare. */
export const againOutcomes = ['same', 'same-look', 'different', 'not-made'] as const

const madeAgainOutput = z.object({
  counts: z.record(z.enum(againOutcomes), z.int()),
  pictures: z.array(
    z.object({
      tileId: id,
      id: z.string(),
      file: z.string().nullable(),
      /** Which request of the picture's it is, and of how many: a final can have several. */
      step: z.int(),
      steps: z.int(),
      outcome: z.enum(againOutcomes),
      before: z.string(),
      now: z.string().nullable(),
      /** Why it was not made, or what keeps it from being compared; null where nothing does. */
      note: z.string().nullable(),
    }),
  ),
})
export type MadeAgain = z.infer<typeof madeAgainOutput>

const planRowsInput = z.object({
  planId: z.string(),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1000).default(100),
  outcome: planRow.shape.outcome.optional(),
})
export type PlanRowsInput = z.infer<typeof planRowsInput>

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
