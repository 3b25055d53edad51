import { z } from 'zod'
import { AppError } from '#shared/errors.ts'
import { type GenerationRequest, generationRequest } from '#shared/generation-request.ts'

/** A request that a manifest recorded, and the picture that it gave. */
export interface RecordedRequest {
  readonly request: GenerationRequest
  readonly sha256: string
  /** 1 is the picture's first request; `steps` is how many it has. */
  readonly step: number
  readonly steps: number
  readonly id: string
  readonly file: string | null
  readonly prompt: string
}

export interface RecordedManifest {
  readonly batch: string
  readonly requests: readonly RecordedRequest[]
  /** Delivered files by the SHA-256 of their bytes, relative to the manifest. */
  readonly fileBySha256: ReadonlyMap<string, string>
}

const sha256 = z.string().regex(/^[0-9a-f]{64}$/)

/** What both versions have, and no more of it than is needed here. */
const manifest = z.object({
  manifestVersion: z.literal([1, 2]),
  batch: z.object({ name: z.string() }),
  pictures: z.array(
    z.object({
      file: z.string().nullable(),
      sha256: sha256.nullable(),
      id: z.string(),
      prompt: z.string(),
      request: generationRequest,
      steps: z.array(z.object({ request: generationRequest, sha256 })).optional(),
      files: z.array(z.object({ file: z.string(), sha256 })).optional(),
    }),
  ),
})
type Picture = z.infer<typeof manifest>['pictures'][number]

/**
 * The requests of a manifest's pictures, in its order. `only` are ids or files in it; without any, every picture that was
 * delivered. Throws AppError `invalid-input` for what is no manifest, and for a name that is not in it.
 */
export function readManifest(text: string, only: readonly string[]): RecordedManifest {
  const parsed = manifest.safeParse(parseJson(text))
  if (!parsed.success) {
    const [issue] = parsed.error.issues
    const where = issue && issue.path.length > 0 ? ` (at ${issue.path.join('.')})` : ''
    throw new AppError('invalid-input', `That is no manifest.json of a Proofsheet delivery${where}.`)
  }
  const { batch, pictures } = parsed.data
  const filesOf = (picture: Picture): string[] => [
    ...(picture.file === null ? [] : [picture.file]),
    ...(picture.files ?? []).map(({ file }) => file),
  ]
  const named = new Set(only)
  const isNamed = (picture: Picture): boolean => [picture.id, ...filesOf(picture)].some((name) => named.has(name))
  const known = new Set(pictures.flatMap((picture) => [picture.id, ...filesOf(picture)]))
  const unknown = only.find((name) => !known.has(name))
  if (unknown !== undefined)
    throw new AppError(
      'invalid-input',
      `The manifest has no picture "${unknown}". Name an id or a file that stands in it.`,
    )
  const wanted = pictures.filter((picture) => (only.length === 0 ? picture.file !== null : isNamed(picture)))
  const fileBySha256 = new Map<string, string>()
  for (const picture of pictures) {
    for (const { file, sha256 } of picture.files ?? []) fileBySha256.set(sha256, file)
    if (picture.files === undefined && picture.file !== null && picture.sha256)
      fileBySha256.set(picture.sha256, picture.file)
  }
  return { batch: batch.name, requests: wanted.flatMap(requestsOf), fileBySha256 }
}

function requestsOf({ sha256, steps = [], request, id, file, prompt }: Picture): RecordedRequest[] {
  if (sha256 === null) return []
  const all = [...steps, { request, sha256 }]
  return all.map((step, at) => ({ ...step, step: at + 1, steps: all.length, id, file, prompt }))
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // The schema then says so.
  }
}
