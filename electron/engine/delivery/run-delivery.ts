import type { Batch } from '#engine/batches/batches.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import type { DeliveredPicture } from './delivered-files.ts'
import type { Destination } from './destination.ts'
import { checksumsName, hashing, writeChecksums } from './manifest/checksums.ts'
import {
  type Earlier,
  type MeantFile,
  manifestCsvName,
  manifestName,
  removeUnfinished,
  writeUnfinished,
} from './manifest/earlier.ts'
import { manifestCsv, manifestJson } from './manifest/manifest-files.ts'
import { type ContactPage, contactPages, contactPageToWrite } from './pictures/contact-sheet.ts'
import { pictureToWrite, sidecarToWrite } from './pictures/file-content.ts'
import type { KnownBytes, MadeFiles } from './pictures/made-files.ts'
import type { FilePlan } from './plan/plan-files.ts'
import { removeStale } from './remove-stale.ts'
import { type FileOutcome, type FileToWrite, writeFiles } from './write-files.ts'

export interface DeliveryWork {
  readonly destination: Destination
  readonly plan: FilePlan
  readonly batch: Batch
  readonly sheet: { readonly name: string; readonly sha256: string } | null
  readonly settings: DeliverySettings
  readonly earlier: Earlier
  readonly pictureFile: (sha256: string, format: string) => string
  readonly learnCrc32: (sha256: string, crc32: number) => void
  readonly made: MadeFiles
  readonly now: () => number
  readonly isStopping: () => boolean
  /** Of a picture's file; and of anything else only where it failed. */
  readonly onFile: (outcome: FileOutcome) => void
}

export interface DeliveryEnd {
  /** The manifest's path. */
  readonly manifest: string
  /** Every picture's file that is there now. */
  readonly pictures: readonly DeliveredPicture[]
  /** Why files are missing, for a person; null where none is. */
  readonly error: string | null
}

interface Writing extends FileToWrite {
  /** The picture that the library has to have for it; null for what stands beside pictures. */
  readonly picture: string | null
}

/**
 * Brings the target to what the plan says: folders, a note of what is being written, the files, away with what no
 * longer belongs, checksums, `manifest.csv`, and `manifest.json` last: where it is, and names a file, that file is whole.
 * Throws AppError `storage` or `canceled`; run again, it goes on where it ended.
 */
export async function runDelivery(work: DeliveryWork): Promise<DeliveryEnd> {
  const { destination, plan, batch, settings, earlier } = work
  const pages = settings.contactSheet ? contactPages(plan, batch) : []
  await destination.prepare(plan.folders)
  const files = filesOf(work, pages)
  await writeUnfinished(destination, batch, earlier.owned, meantFiles(work, pages, files))

  const delivered = new Map<string, KnownBytes>()
  const failed = new Map<string, string>()
  const lostSha256s = new Set<string>()
  const onFile = ({ path, picture }: Pick<Writing, 'path' | 'picture'>, outcome: FileOutcome): void => {
    if (outcome.kind === 'failed') {
      failed.set(path, outcome.reason)
      if (outcome.isSourceDamaged && picture !== null) lostSha256s.add(picture)
    } else delivered.set(path, outcome.bytes)
    if (picture !== null || outcome.kind === 'failed') work.onFile(outcome)
  }
  await writeFiles({ destination, owned: earlier.owned, isStopping: work.isStopping, onFile }, files)

  const kept = new Set([...delivered.keys(), ...(settings.checksums ? [checksumsName] : [])])
  const { owned, pictureOf } = earlier
  const removed = await removeStale({ destination, folders: plan.folders, owned, pictureOf, kept, lostSha256s })
  const outcomes = { delivered, failed, sentTo: (path: string) => destination.sentTo?.(path) ?? null }
  const csv = hashing(manifestCsv({ plan, outcomes }))
  await destination.writeText(manifestCsvName, csv.pieces)
  // A picture that was sent to an address is no file that `sha256sum -c` could find here.
  const isBeside = (path: string): boolean => outcomes.sentTo(path) === null
  const others = pages.flatMap(({ path }) => listed(path, delivered.get(path)?.sha256))
  if (settings.checksums) {
    const all = [
      ...Array.from(delivered, ([path, { sha256 }]) => [path, sha256] as const).filter(([path]) => isBeside(path)),
      [manifestCsvName, csv.sha256()] as const,
    ]
    const end = await writeChecksums(destination, owned, all)
    if ('problem' in end)
      onFile({ path: checksumsName, picture: null }, { kind: 'failed', reason: end.problem, isSourceDamaged: false })
    else others.push({ file: checksumsName, sha256: end.sha256 })
  }
  const contents = {
    plan,
    batch,
    sheet: work.sheet,
    settings,
    createdMs: work.now(),
    outcomes,
    others,
    removed,
    notes: destination.notes?.() ?? [],
  }
  await destination.writeText(manifestName, manifestJson(contents))
  await removeUnfinished(destination)
  const pictures = plan.files
    .filter(({ path }) => delivered.has(path))
    .map(({ path, image }) => ({ imageId: image.imageId, path, address: destination.addressOf(path) }))
  return { manifest: destination.addressOf(manifestName), pictures, error: failureSentence(failed) }
}

const listed = (file: string, sha256: string | undefined) => (sha256 === undefined ? [] : [{ file, sha256 }])

/** Pictures, each with its sidecar, then the contact sheet's pages. */
function filesOf(work: DeliveryWork, pages: readonly ContactPage[]): Writing[] {
  const { plan, batch, settings, pictureFile, learnCrc32, made } = work
  const needs = { pictureFile, learnCrc32, made, mayLink: settings.links === 'link' }
  const pictures = plan.files.flatMap((file): Writing[] => [
    { ...pictureToWrite(file, needs), picture: file.image.sha256 },
    ...(file.sidecarPath === null ? [] : [{ ...sidecarToWrite(file, file.sidecarPath), picture: null }]),
  ])
  const sheet = pages.map(
    (page): Writing => ({ ...contactPageToWrite(page, batch.name, plan.files, needs), picture: null }),
  )
  return [...pictures, ...sheet]
}

function meantFiles(
  { plan, settings }: DeliveryWork,
  pages: readonly ContactPage[],
  files: readonly Writing[],
): MeantFile[] {
  const keys = new Map([...plan.files, ...pages].map(({ path, makeKey }) => [path, makeKey]))
  return [
    ...files.map(({ path, known }) => ({ path, sha256: known?.sha256 ?? null, makeKey: keys.get(path) ?? null })),
    ...(settings.checksums ? [{ path: checksumsName, sha256: null, makeKey: null }] : []),
  ]
}

function failureSentence(failed: ReadonlyMap<string, string>): string | null {
  const [first] = failed.values()
  if (first === undefined) return null
  return failed.size === 1 ? `1 file is missing: ${first}` : `${failed.size} files are missing, the first: ${first}`
}
