import type { Deliverable, TileWithoutPicture } from '#engine/tiles/tiles.ts'
import type { Decision } from '#shared/contract/common.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { JobState } from '#shared/job-state.ts'
import { idOf, promptOf } from './name-values.ts'
import type { FilePlan, PlannedTile } from './plan-files.ts'

/** The picture that another one was made from. */
interface ManifestSource {
  readonly stage: 'draft' | 'final'
  readonly sha256: string
  /** Where it is delivered too; null where it is not. */
  readonly file: string | null
  readonly promptHash: string | null
  readonly request: GenerationRequest | null
  readonly costMicros: number | null
}

/** One tile of the batch in the manifest. Without a file, `reason` says why. */
export interface ManifestPicture {
  /** Relative to the manifest, with `/`. */
  readonly file: string | null
  readonly reason: string | null
  readonly sha256: string | null
  readonly bytes: number | null
  readonly width: number | null
  readonly height: number | null
  readonly format: string | null
  /** 1 is the first row under the sheet's header; `line` is the file's own. */
  readonly row: number
  readonly line: number
  readonly id: string
  readonly variant: number
  readonly stage: 'draft' | 'final'
  readonly state: JobState
  readonly decision: Decision | null
  readonly prompt: string
  readonly negativePrompt: string | null
  readonly provider: string
  readonly model: string
  readonly seed: number | null
  readonly options: GenerationRequest['options']
  readonly promptHash: string
  /** All that is needed to ask for the picture again. */
  readonly request: GenerationRequest
  readonly source: ManifestSource | null
  /** A final that is not its draft larger. */
  readonly redrawn: boolean
  /** What this picture alone cost, in millionths of the currency; its source has its own. */
  readonly costMicros: number
  readonly currency: string | null
  readonly created: string | null
  /** The sheet's cells of this row. */
  readonly columns: Readonly<Record<string, string>>
}

/** Failed files by path, with the reason. */
export type FailedFiles = ReadonlyMap<string, string>

/** The tiles of a plan as the manifest lists them, in the order of the sheet. */
export function* manifestPictures(plan: FilePlan, failedFiles: FailedFiles): Generator<ManifestPicture> {
  const fileBySha256 = new Map<string, string>()
  for (const { path, image } of plan.files)
    if (!failedFiles.has(path) && !fileBySha256.has(image.sha256)) fileBySha256.set(image.sha256, path)
  const sourceOf = (image: Deliverable): ManifestSource | null => {
    if (image.sourceImageId === null || image.sourceSha256 === null) return null
    const source = plan.imagesById.get(image.sourceImageId)
    return {
      stage: source?.stage ?? 'draft',
      sha256: image.sourceSha256,
      file: fileBySha256.get(image.sourceSha256) ?? null,
      promptHash: source?.promptHash ?? null,
      request: source?.request ?? null,
      costMicros: source?.settledMicros ?? null,
    }
  }
  for (const tile of plan.tiles)
    yield tile.image === null
      ? withoutPicture(tile.tile, tile.reason)
      : withPicture(tile.image, sourceOf(tile.image), fileOrReason(tile, failedFiles))
}

function fileOrReason(
  { path, reason }: PlannedTile,
  failedFiles: FailedFiles,
): Pick<ManifestPicture, 'file' | 'reason'> {
  const failure = path === null ? undefined : failedFiles.get(path)
  return failure === undefined ? { file: path, reason } : { file: null, reason: failure }
}

function withPicture(
  image: Deliverable,
  source: ManifestSource | null,
  place: Pick<ManifestPicture, 'file' | 'reason'>,
): ManifestPicture {
  return {
    ...place,
    sha256: image.sha256,
    bytes: image.byteLength,
    width: image.width,
    height: image.height,
    format: image.format,
    row: image.row,
    line: image.line,
    id: idOf(image),
    variant: image.variant,
    stage: image.stage,
    state: 'done',
    decision: image.decision,
    prompt: promptOf(image),
    negativePrompt: image.request.negativePrompt,
    provider: image.provider,
    model: image.model,
    seed: image.seed,
    options: image.request.options,
    promptHash: image.promptHash,
    request: image.request,
    source,
    redrawn: image.redrawn,
    costMicros: image.settledMicros,
    currency: image.currency,
    created: new Date(image.createdMs).toISOString(),
    columns: image.columns,
  }
}

function withoutPicture(tile: TileWithoutPicture, reason: string): ManifestPicture {
  return {
    file: null,
    reason,
    sha256: null,
    bytes: null,
    width: null,
    height: null,
    format: null,
    row: tile.row,
    line: tile.line,
    id: idOf(tile),
    variant: tile.variant,
    stage: 'draft',
    state: tile.state,
    decision: null,
    prompt: tile.request.prompt || tile.prompt,
    negativePrompt: tile.request.negativePrompt,
    provider: tile.request.provider,
    model: tile.request.model,
    seed: tile.request.seed,
    options: tile.request.options,
    promptHash: tile.promptHash,
    request: tile.request,
    source: null,
    redrawn: false,
    costMicros: 0,
    currency: null,
    created: null,
    columns: tile.columns,
  }
}
