import { mkdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Batch } from '#engine/batches/batches.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import { layoutFolders } from './choose.ts'
import { codeOf, diskSentence, removeLeftovers, syncFolder, writeAtomically } from './disk.ts'
import { type Earlier, manifestCsvName, manifestName, removeUnfinished, writeUnfinished } from './earlier.ts'
import { manifestCsv, manifestJson } from './manifest.ts'
import type { FilePlan, PlannedFile } from './plan-files.ts'
import { removeStale } from './remove-stale.ts'
import { type FileOutcome, writeFiles } from './write-files.ts'

export interface DeliveryWork {
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
  try {
    return await writeDelivery(work)
  } catch (error) {
    if (errorCodeOf(error) !== null || codeOf(error) === '') throw error
    throw new AppError('storage', diskSentence(error, work.plan.target), { cause: error })
  }
}

async function writeDelivery({ plan, batch, settings, earlier, onFile, ...work }: DeliveryWork): Promise<DeliveryEnd> {
  const { target, files } = plan
  await prepare(target, layoutFolders(settings.layout))
  await writeUnfinished(target, batch, earlier.owned, files)
  await syncFolder(target)

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
  await writeFiles({ target, owned: earlier.owned, pictureFile, isStopping, onFile: noteFile }, files)

  const kept = new Set(files.map(({ path }) => path).filter((path) => !failedFiles.has(path)))
  const removed = await removeStale({ target, layout: settings.layout, owned: earlier.owned, kept, lostSha256s })
  const contents = { plan, batch, sheet: work.sheet, settings, createdMs: work.now(), failedFiles, removed }
  const manifest = join(target, manifestName)
  await writeAtomically(join(target, manifestCsvName), manifestCsv(contents))
  await writeAtomically(manifest, manifestJson(contents))
  await syncFolder(target)
  await removeUnfinished(target)
  return { manifest, error: failureSentence(failedFiles) }
}

async function prepare(target: string, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await mkdir(join(target, folder), { recursive: true })
  await syncFolder(dirname(target))
  for (const folder of [target, ...folders.map((name) => join(target, name))]) await removeLeftovers(folder)
}

function failureSentence(failedFiles: ReadonlyMap<string, string>): string | null {
  const [first] = failedFiles.values()
  if (first === undefined) return null
  return failedFiles.size === 1
    ? `1 file is missing: ${first}`
    : `${failedFiles.size} files are missing, the first: ${first}`
}
