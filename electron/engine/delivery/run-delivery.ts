import type { Batch } from '#engine/batches/batches.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { layoutFolders } from './choose.ts'
import type { Destination } from './destination.ts'
import { type Earlier, manifestCsvName, manifestName, removeUnfinished, writeUnfinished } from './earlier.ts'
import { manifestCsv, manifestJson } from './manifest.ts'
import type { FilePlan, PlannedFile } from './plan-files.ts'
import { removeStale } from './remove-stale.ts'
import { type FileOutcome, writeFiles } from './write-files.ts'

export interface DeliveryWork {
  readonly destination: Destination
  readonly plan: FilePlan
  readonly batch: Batch
  readonly sheet: { readonly name: string; readonly sha256: string } | null
  readonly settings: DeliverySettings
  readonly earlier: Earlier
  readonly pictureFile: (sha256: string, format: string) => string
  readonly now: () => number
  readonly isStopping: () => boolean
  readonly onFile: (outcome: FileOutcome) => void
}

export interface DeliveryEnd {
  /** The manifest's path. */
  readonly manifest: string
  /** Why files are missing, for a person; null where none is. */
  readonly error: string | null
}

/**
 * Brings the target to what the plan says: folders, a note of what is being written, the files, away with what no
 * longer belongs, `manifest.csv`, and `manifest.json` last: where it is, and names a file, that file is whole. Throws
 * AppError `storage` or `canceled`; run again, it goes on where it ended.
 */
export async function runDelivery(work: DeliveryWork): Promise<DeliveryEnd> {
  const { destination, plan, batch, settings, earlier, onFile } = work
  const { files } = plan
  await destination.prepare(layoutFolders(settings.layout))
  await writeUnfinished(destination, batch, earlier.owned, files)

  const failedFiles = new Map<string, string>()
  const lostSha256s = new Set<string>()
  const noteFile = ({ path, image }: PlannedFile, outcome: FileOutcome): void => {
    if (outcome.kind === 'failed') {
      failedFiles.set(path, outcome.reason)
      if (outcome.isSourceDamaged) lostSha256s.add(image.sha256)
    }
    onFile(outcome)
  }
  const { pictureFile, isStopping } = work
  await writeFiles({ destination, owned: earlier.owned, pictureFile, isStopping, onFile: noteFile }, files)

  const kept = new Set(files.map(({ path }) => path).filter((path) => !failedFiles.has(path)))
  const removed = await removeStale({ destination, layout: settings.layout, owned: earlier.owned, kept, lostSha256s })
  const contents = {
    plan,
    batch,
    sheet: work.sheet,
    settings,
    createdMs: work.now(),
    failedFiles,
    removed,
    notes: destination.notes?.() ?? [],
  }
  await destination.writeText(manifestCsvName, manifestCsv(contents))
  await destination.writeText(manifestName, manifestJson(contents))
  await removeUnfinished(destination)
  return { manifest: destination.addressOf(manifestName), error: failureSentence(failedFiles) }
}

function failureSentence(failedFiles: ReadonlyMap<string, string>): string | null {
  const [first] = failedFiles.values()
  if (first === undefined) return null
  return failedFiles.size === 1
    ? `1 file is missing: ${first}`
    : `${failedFiles.size} files are missing, the first: ${first}`
}
