import { oc } from '@orpc/contract'
import { z } from 'zod'
import { id, problem } from './common.ts'
import { columnMapping } from './sheets.ts'

/** So many, chosen by chance; the same seed chooses the same ones. */
const sample = z.object({ n: z.int().min(1).max(1000), seed: z.int().nonnegative() })

/** A named list: every prompt is made with each of its values, which `{{name}}` and a column of that name hold. */
export const axis = z.object({
  name: z.string().trim().min(1).max(60),
  values: z.array(z.string().max(2000)).min(1).max(1000),
  /** `model`: its values are models, `PROVIDER/MODEL`; `seed`: they are seeds. */
  sets: z.enum(['model', 'seed']).optional(),
  /** Axes with the same number go forward together (zipped); all others are crossed. */
  group: z.int().min(1).max(20).optional(),
})
export type Axis = z.infer<typeof axis>

/** Text that is added to prompts, after a comma, as it stands. */
export const style = z.object({
  name: z.string().trim().min(1).max(60),
  suffix: z.string().max(2000),
  /** The same for the negative prompt. */
  negative: z.string().max(2000),
})
export type Style = z.infer<typeof style>

/** How prompts are made beyond mapping and template. Left out, each is as if it were not there: also for hashes. */
export const promptFields = {
  /** A template of the negative prompt, with the row and the variables of the prompt; goes before a negative column. */
  negativeTemplate: z.string().optional(),
  /** The column whose cells are templates, each for its own row; goes before `template`. */
  templateColumn: z.string().optional(),
  /** Added in this order. */
  styles: z.array(style).max(20).optional(),
  axes: z.array(axis).max(8).optional(),
  /** So many combinations of the axes for each row. */
  axisSample: sample.optional(),
  /** So many prompts of each row and combination, where the template makes more. */
  sample: sample.optional(),
  /** SHA-256 of the wildcards that the template uses, as they were when it was planned. Filled in by the engine. */
  wildcards: z.string().length(64).optional(),
} as const

export const promptSettings = z.object({
  mapping: columnMapping,
  template: z.string().nullable(),
  /** What chance decides without a sample. */
  baseSeed: z.int().nonnegative().default(0),
  ...promptFields,
})
export type PromptSettings = z.infer<typeof promptSettings>

const parts = z.array(z.object({ text: z.string(), kind: z.enum(['text', 'column', 'choice', 'style']) }))

/** Where in a template something is wrong: UTF-16 code units. */
export const templateMistake = z.object({
  of: z.enum(['template', 'negative']),
  at: z.int(),
  length: z.int(),
  message: z.string(),
})
export type TemplateMistake = z.infer<typeof templateMistake>

export const promptPreview = z.object({
  mistakes: z.array(templateMistake),
  /** What else stands in the way, of the whole sheet or of this row. */
  problems: z.array(problem),
  /** How many prompts a row makes, in words, computed without making them; `null` where rows differ. */
  perRow: z.string().nullable(),
  /** The same over all rows. */
  inAll: z.string().nullable(),
  /** More than 1,000 of a row: nothing is made until a sample is asked for. */
  needsSample: z.boolean(),
  /** Prompts of this row that can be asked for here, 1,000 at most. */
  total: z.int(),
  prompts: z.array(
    z.object({
      parts,
      negative: parts.nullable(),
      /** The values of the axes, by name. */
      axes: z.record(z.string(), z.string()),
    }),
  ),
})
export type PromptPreview = z.infer<typeof promptPreview>

export const templates = {
  preview: oc
    .route({ method: 'POST', path: '/templates/preview', summary: 'The prompts of one row with these settings' })
    .input(
      z.object({
        sheetId: id,
        settings: promptSettings,
        row: z.int().positive(),
        offset: z.int().nonnegative().default(0),
        limit: z.int().positive().max(200).default(50),
      }),
    )
    .output(promptPreview),
}
