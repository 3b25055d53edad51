import type { Deliverable, TileWithoutPicture } from '#engine/tiles/tiles.ts'
import { addressOf, publicPart, withoutSecrets } from '../addresses/signed-address.ts'
import type { KnownBytes } from '../pictures/made-files.ts'
import { idOf, promptOf } from '../plan/name-values.ts'
import type { FilePlan, PlannedFile, PlannedTile } from '../plan/plan-files.ts'
import type { DeliveredFile, ManifestPicture, ManifestSource } from './manifest-schema.ts'

/** What came of the files, by path. */
export interface Outcomes {
  readonly delivered: ReadonlyMap<string, KnownBytes>
  /** With the reason. */
  readonly failed: ReadonlyMap<string, string>
  /** Where a file went that does not lie beside the manifest. */
  readonly sentTo: (path: string) => string | null
}

/** The tiles of a plan as the manifest lists them, in the order of the sheet. */
export function* manifestPictures(plan: FilePlan, outcomes: Outcomes): Generator<ManifestPicture> {
  const cellsOf = openCells(plan)
  const fileBySha256 = new Map<string, string>()
  for (const { path, image } of plan.files)
    if (outcomes.delivered.has(path) && !fileBySha256.has(image.sha256)) fileBySha256.set(image.sha256, path)
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
      ? withoutPicture(tile.tile, tile.reason, cellsOf(tile.tile.columns))
      : withPicture(tile.image, sourceOf(tile.image), filesOrReason(tile, outcomes), cellsOf(tile.image.columns))
}

function filesOrReason(
  { files, reason }: PlannedTile,
  outcomes: Outcomes,
): Pick<ManifestPicture, 'file' | 'reason' | 'files'> {
  const delivered = files.flatMap((file) => deliveredFile(file, outcomes))
  const failures = files.flatMap(({ path }) => outcomes.failed.get(path) ?? [])
  return { file: delivered[0]?.file ?? null, reason: failures[0] ?? reason, files: delivered }
}

function deliveredFile(
  { path, output, format, makeKey, sidecarPath }: PlannedFile,
  outcomes: Outcomes,
): DeliveredFile[] {
  const bytes = outcomes.delivered.get(path)
  if (!bytes) return []
  const address = outcomes.sentTo(path)
  const sidecar = sidecarPath === null ? undefined : outcomes.delivered.get(sidecarPath)
  return [
    {
      file: path,
      ...(address === null ? {} : { address }),
      output: output?.name ?? null,
      sha256: bytes.sha256,
      bytes: bytes.byteLength,
      width: bytes.width,
      height: bytes.height,
      format,
      makeKey,
      metadata: makeKey === null || output === null ? 'as it came' : output.metadata,
      sidecar: sidecarPath === null || !sidecar ? null : { file: sidecarPath, sha256: sidecar.sha256 },
    },
  ]
}

/** The sheet's cells; of addresses that files are sent to, and of others that are signed, only origin and path. */
function openCells({ files }: FilePlan) {
  const secret = new Set(files.flatMap(({ address }) => address ?? []))
  const shown = (cell: string): string => {
    const url = secret.has(cell.trim()) ? addressOf(cell) : null
    return url ? publicPart(url) : withoutSecrets(cell)
  }
  return (columns: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(columns).map(([column, cell]) => [column, shown(cell)]))
}

function withPicture(
  image: Deliverable,
  source: ManifestSource | null,
  place: Pick<ManifestPicture, 'file' | 'reason' | 'files'>,
  columns: ManifestPicture['columns'],
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
    rating: image.rating,
    label: image.label,
    prompt: promptOf(image),
    negativePrompt: image.request.negativePrompt,
    provider: image.provider,
    model: image.model,
    seed: image.seed,
    options: image.request.options,
    promptHash: image.promptHash,
    request: image.request,
    ...(image.steps.length === 0 ? {} : { steps: [...image.steps] }),
    source,
    redrawn: image.redrawn,
    costMicros: image.settledMicros,
    currency: image.currency,
    created: new Date(image.createdMs).toISOString(),
    columns,
  }
}

function withoutPicture(
  tile: TileWithoutPicture,
  reason: string,
  columns: ManifestPicture['columns'],
): ManifestPicture {
  return {
    file: null,
    reason,
    files: [],
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
    rating: null,
    label: null,
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
    columns,
  }
}
