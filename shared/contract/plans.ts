import { z } from 'zod'
import { currency, id, micros, problem } from './common.ts'
import { route } from './wishes.ts'

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
export const planAgainInput = z.object({
  /** The text of `manifest.json`. */
  manifest: z.string().min(2),
  /** Ids and file names in it; none: every picture that has a file. */
  only: z.array(z.string().min(1)).max(10_000).default([]),
})
export type PlanAgainInput = z.infer<typeof planAgainInput>

export const planAgainOutput = z.object({
  plan,
  sheetId: id,
  /** Pictures that go in and are not in this library; `file` where the manifest delivered one with just these bytes. */
  missing: z.array(z.object({ sha256: z.string(), file: z.string().nullable() })),
})
export type PlanAgain = z.infer<typeof planAgainOutput>

/** `same`: every byte. `same-look`: other bytes, and no eye would tell them apart. `not-made`: there is nothing to compare. */
export const againOutcomes = ['same', 'same-look', 'different', 'not-made'] as const

export const madeAgainOutput = z.object({
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

export const planRowsInput = z.object({
  planId: z.string(),
  offset: z.coerce.number().int().nonnegative().default(0),
  limit: z.coerce.number().int().positive().max(1000).default(100),
  outcome: planRow.shape.outcome.optional(),
})
export type PlanRowsInput = z.infer<typeof planRowsInput>
