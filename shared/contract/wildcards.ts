import { oc } from '@orpc/contract'
import { z } from 'zod'

export const wildcardFile = z.object({
  /** Below the folder of wildcards, with `/`: `colours/warm.txt`. */
  path: z.string(),
  sha256: z.string(),
  /** What `__name__` it can be used by, each with how many values it has; the first 1,000. */
  lists: z.array(z.object({ name: z.string(), values: z.int() })),
  /** Why nothing of it can be used; `null` where something can. */
  problem: z.string().nullable(),
})
export type WildcardFile = z.infer<typeof wildcardFile>

export const wildcards = {
  list: oc
    .route({ method: 'GET', path: '/wildcards', summary: 'The files of wildcards in the library' })
    .output(z.array(wildcardFile)),
  add: oc
    .route({
      method: 'POST',
      path: '/wildcards',
      summary: 'Keep files of wildcards: text, YAML, JSON, or a zip of them; a file of the same path is replaced',
    })
    .input(
      z.object({
        files: z
          .array(
            z.object({
              path: z.string().min(1).max(500),
              /** The file's bytes, base64 (RFC 4648, with padding); 32 MB at most. */
              bytesBase64: z.base64().max(45_000_000),
            }),
          )
          .min(1)
          .max(5000),
      }),
    )
    /** What is kept now; `skipped`: files of other kinds. */
    .output(z.object({ added: z.array(wildcardFile), skipped: z.array(z.string()) })),
  remove: oc
    .route({
      method: 'POST',
      path: '/wildcards/remove',
      summary: 'Take files of wildcards out; batches that used them keep what they used',
    })
    .input(z.object({ paths: z.array(z.string()).min(1) }))
    .output(z.object({ removed: z.int() })),
}
