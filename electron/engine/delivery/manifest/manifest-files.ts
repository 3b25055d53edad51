import type { Batch } from '#engine/batches/batches.ts'
import type { Decision } from '#shared/contract/common.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { csvLine } from '#shared/csv.ts'
import packageJson from '../../../../package.json' with { type: 'json' }
import { besideOurs } from '../plan/name-values.ts'
import type { FilePlan } from '../plan/plan-files.ts'
import { manifestPictures, type Outcomes } from './manifest-picture.ts'
import { type DeliveredFile, type ManifestPicture, manifestVersion } from './manifest-schema.ts'

export interface ManifestContents {
  readonly plan: FilePlan
  readonly batch: Batch
  readonly sheet: { readonly name: string; readonly sha256: string } | null
  readonly settings: DeliverySettings
  readonly createdMs: number
  readonly outcomes: Outcomes
  /** Contact sheet and checksums: what stands beside the pictures. */
  readonly others: readonly { readonly file: string; readonly sha256: string }[]
  /** Files of earlier deliveries that this one took away. */
  readonly removed: readonly string[]
  /** What the destination cannot do, and what was done instead. */
  readonly notes: readonly string[]
}

/** Pictures that go to the disk as one piece of text. */
const picturesAtOnce = 100

/**
 * `manifest.json` in pieces: what was delivered, then one picture a line. It is meant for the client, so it holds no
 * path of this machine.
 */
export function* manifestJson(contents: ManifestContents): Generator<string> {
  const { plan, batch, outcomes, others, removed } = contents
  const { batchId: _batch, destination: _destination, ...settings } = contents.settings
  const there = plan.files.filter(({ path }) => outcomes.delivered.has(path))
  const decided = (decision: Decision) => there.filter(({ image }) => image.decision === decision).length
  const head = {
    manifestVersion,
    app: { name: packageJson.productName, version: packageJson.version },
    created: new Date(contents.createdMs).toISOString(),
    batch: { name: batch.name, identity: batch.identity, createdMs: batch.createdMs, rows: batch.rows },
    sheet: contents.sheet,
    settings,
    counts: {
      tiles: plan.tiles.length,
      files: there.length,
      approved: decided('approved'),
      rejected: decided('rejected'),
      pendingReview: decided('undecided'),
      failed: outcomes.failed.size,
      removed: removed.length,
    },
    columns: plan.columns,
    removed,
    others,
    ...(contents.notes.length > 0 ? { notes: contents.notes } : {}),
  }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "pictures": [`
  let separator = '\n    '
  for (const pictures of inGroups(manifestPictures(plan, outcomes))) {
    yield separator + pictures.map((picture) => JSON.stringify(picture)).join(',\n    ')
    separator = ',\n    '
  }
  yield '\n  ]\n}\n'
}

type Cell = string | number | null

/** The columns of `manifest.csv` that are ours, before the sheet's own. */
const csvColumns: Readonly<Record<string, (picture: ManifestPicture, file: DeliveredFile | null) => Cell>> = {
  file: (_picture, file) => file?.file ?? null,
  output: (_picture, file) => file?.output ?? null,
  sha256: (picture, file) => (file ?? picture).sha256,
  bytes: (picture, file) => (file ?? picture).bytes,
  width: (picture, file) => (file ?? picture).width,
  height: (picture, file) => (file ?? picture).height,
  format: (picture, file) => (file ?? picture).format,
  metadata: (_picture, file) => file?.metadata ?? null,
  sidecar: (_picture, file) => file?.sidecar?.file ?? null,
  picture_sha256: (picture) => picture.sha256,
  row: (picture) => picture.row,
  line: (picture) => picture.line,
  id: (picture) => picture.id,
  variant: (picture) => picture.variant,
  stage: (picture) => picture.stage,
  state: (picture) => picture.state,
  decision: (picture) => picture.decision,
  rating: (picture) => picture.rating,
  label: (picture) => picture.label,
  reason: (picture) => picture.reason,
  prompt: (picture) => picture.prompt,
  negative_prompt: (picture) => picture.negativePrompt,
  provider: (picture) => picture.provider,
  model: (picture) => picture.model,
  seed: (picture) => picture.seed,
  options: (picture) => JSON.stringify(picture.options),
  prompt_hash: (picture) => picture.promptHash,
  source_sha256: (picture) => picture.source?.sha256 ?? null,
  source_file: (picture) => picture.source?.file ?? null,
  redrawn: (picture) => (picture.redrawn ? 'yes' : 'no'),
  cost_micros: (picture) => picture.costMicros,
  currency: (picture) => picture.currency,
  created: (picture) => picture.created,
  request: (picture) => JSON.stringify(picture.request),
}

/**
 * `manifest.csv` in pieces (RFC 4180, CRLF): the same pictures in the same order for a spreadsheet, guarded against
 * formulas; a picture with several files has a line for each. A column of the sheet that is called like one of ours is written as `sheet NAME`.
 */
export function* manifestCsv({ plan, outcomes }: Pick<ManifestContents, 'plan' | 'outcomes'>): Generator<string> {
  const sheetNames = besideOurs(plan.columns, Object.keys(csvColumns))
  yield `${csvLine([...Object.keys(csvColumns), ...sheetNames.values()])}\r\n`
  const ours = Object.values(csvColumns)
  for (const pictures of inGroups(manifestPictures(plan, outcomes)))
    yield pictures
      .flatMap((picture) => {
        const cells = plan.columns.map((column) => picture.columns[column] ?? null)
        const files = picture.files.length === 0 ? [null] : picture.files
        return files.map((file) => `${csvLine([...ours.map((cellOf) => cellOf(picture, file)), ...cells])}\r\n`)
      })
      .join('')
}

function* inGroups(pictures: Iterable<ManifestPicture>): Generator<ManifestPicture[]> {
  let group: ManifestPicture[] = []
  for (const picture of pictures) {
    group.push(picture)
    if (group.length < picturesAtOnce) continue
    yield group
    group = []
  }
  if (group.length > 0) yield group
}
