import type { Batch } from '#engine/batches/batches.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { csvLine } from '#shared/csv.ts'
import packageJson from '../../../package.json' with { type: 'json' }
import { manifestVersion } from './earlier.ts'
import { type FailedFiles, type ManifestPicture, manifestPictures } from './manifest-picture.ts'
import { besideOurs } from './name-values.ts'
import type { FilePlan } from './plan-files.ts'

export interface ManifestContents {
  readonly plan: FilePlan
  readonly batch: Batch
  readonly sheet: { readonly name: string; readonly sha256: string } | null
  readonly settings: DeliverySettings
  readonly createdMs: number
  readonly failedFiles: FailedFiles
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
  const { plan, batch, settings, failedFiles, removed } = contents
  const inFolder = (folder: string) =>
    plan.files.filter(({ path }) => path.startsWith(`${folder}/`) && !failedFiles.has(path)).length
  const head = {
    manifestVersion,
    app: { name: packageJson.productName, version: packageJson.version },
    created: new Date(contents.createdMs).toISOString(),
    batch: { name: batch.name, identity: batch.identity, createdMs: batch.createdMs, rows: batch.rows },
    sheet: contents.sheet,
    settings: { layout: settings.layout, nameTemplate: settings.nameTemplate, stage: settings.stage },
    counts: {
      tiles: plan.tiles.length,
      files: plan.files.length - failedFiles.size,
      approved: inFolder('approved'),
      rejected: inFolder('rejected'),
      pendingReview: inFolder('pending-review'),
      failed: failedFiles.size,
      removed: removed.length,
    },
    columns: plan.columns,
    removed,
    ...(contents.notes.length > 0 ? { notes: contents.notes } : {}),
  }
  yield `${JSON.stringify(head, null, 2).slice(0, -2)},\n  "pictures": [`
  let separator = '\n    '
  for (const pictures of inGroups(manifestPictures(plan, failedFiles))) {
    yield separator + pictures.map((picture) => JSON.stringify(picture)).join(',\n    ')
    separator = ',\n    '
  }
  yield '\n  ]\n}\n'
}

type Cell = string | number | null

/** The columns of `manifest.csv` that are ours, before the sheet's own. */
const csvColumns: Readonly<Record<string, (picture: ManifestPicture) => Cell>> = {
  file: (picture) => picture.file,
  sha256: (picture) => picture.sha256,
  bytes: (picture) => picture.bytes,
  width: (picture) => picture.width,
  height: (picture) => picture.height,
  format: (picture) => picture.format,
  row: (picture) => picture.row,
  line: (picture) => picture.line,
  id: (picture) => picture.id,
  variant: (picture) => picture.variant,
  stage: (picture) => picture.stage,
  state: (picture) => picture.state,
  decision: (picture) => picture.decision,
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
 * formulas. A column of the sheet that is called like one of ours is written as `sheet NAME`.
 */
export function* manifestCsv({ plan, failedFiles }: ManifestContents): Generator<string> {
  const sheetNames = besideOurs(plan.columns, Object.keys(csvColumns))
  yield `${csvLine([...Object.keys(csvColumns), ...sheetNames.values()])}\r\n`
  const ours = Object.values(csvColumns)
  for (const pictures of inGroups(manifestPictures(plan, failedFiles)))
    yield pictures
      .map((picture) => {
        const cells = plan.columns.map((column) => picture.columns[column] ?? null)
        return `${csvLine([...ours.map((cellOf) => cellOf(picture)), ...cells])}\r\n`
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
