import { z } from 'zod'

export const operations = ['generate', 'edit', 'upscale', 'cutout'] as const

/** A picture that goes into a request, named by the SHA-256 (hex) of its bytes. */
const inputPicture = z.object({ sha256: z.string(), width: z.int(), height: z.int() })
export type InputPicture = z.infer<typeof inputPicture>

/**
 * One request for one picture, exactly as it is stored, hashed and handed to a provider.
 * `null` means "not asked for"; sizes are pixels; `seed` is null where the model takes none.
 */
export const generationRequest = z.object({
  operation: z.enum(operations),
  provider: z.string(),
  model: z.string(),
  prompt: z.string(),
  negativePrompt: z.string().nullable(),
  width: z.int().nullable(),
  height: z.int().nullable(),
  quality: z.string().nullable(),
  outputFormat: z.enum(['png', 'jpeg', 'webp', 'avif']).nullable(),
  seed: z.int().nullable(),
  /** Tells the pictures of one prompt apart where the model takes no seed; `null` where the seed does. */
  variant: z.int().nullable(),
  /** Upscale factor, `null` for other operations. */
  scale: z.number().nullable(),
  /** The picture an edit, upscale or cutout starts from. */
  source: inputPicture.nullable(),
  references: z.array(inputPicture),
  options: z.record(z.string(), z.json()),
  /** What answers, where the model's name does not say so: origin, checkpoint, workflow hash; `null` for hosted models. */
  answeredBy: z.string().nullable(),
  /** Names the asking, where what was asked before is asked once more: then no earlier answer is taken for its own. */
  again: z.string().optional(),
})
export type GenerationRequest = z.infer<typeof generationRequest>

/** What drafts or finals are made with. A missing size means the model's own default for the stage. */
export const profile = z.object({
  provider: z.string().min(1),
  model: z.string().min(1),
  width: z.int().positive().nullable(),
  height: z.int().positive().nullable(),
  quality: z.string().nullable(),
  options: z.record(z.string(), z.json()),
})
export type Profile = z.infer<typeof profile>

/** `PROVIDER/MODEL`; the model's own name may hold further slashes. */
export const profileName = (of: { provider: string; model: string }): string => `${of.provider}/${of.model}`
