import { createHash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import { type Images, inspectPicture } from '#engine/images/images.ts'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import type { Spend } from '#engine/spend/spend.ts'
import type { Storage } from '#engine/storage/storage.ts'
import { csvLine } from '#shared/csv.ts'
import { breather } from '../planning/breathe.ts'
import { type ModelFacts, modelFacts } from '../planning/model-facts.ts'
import { findRecords, type RecordedReply } from './find-records.ts'
import type { PictureRecord } from './picture-record.ts'
import { dropUnplanned } from './recover.ts'
import { type StoredPicture, storeRows } from './store-rows.ts'

export interface AdoptNeeds {
  readonly providers: OpenProviders
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
}

const repliesAtOnce = 100

/**
 * Brings what the records beside the pictures know into the database, where it does not know it: after a kill between
 * the files and their rows, and after a damaged database was replaced by a backup or by nothing. A job that waits or
 * was out is done with its picture, and nothing is paid twice; a picture whose job is gone comes back in a batch of the
 * same name. `every` also takes in pictures without a record. Can be ended at any time and begun again. Gives how many
 * pictures came back.
 */
export async function adoptRecords(needs: AdoptNeeds, { every }: { every: boolean }): Promise<number> {
  const { storage, images, cache, spend } = needs
  dropUnplanned(needs)
  const facts = modelFacts(needs.providers)
  const sha256 = new Set(images.hashes())
  const hashBeginning = new Set(cache.hashes().map((hash) => hash.slice(0, 16)))
  const found = await findRecords(storage.folder, images, { sha256, hashBeginning })
  const breathe = breather()
  const before = images.blobCount()
  for (let at = 0; at < found.replies.length; at += repliesAtOnce) {
    const slice = found.replies.slice(at, at + repliesAtOnce)
    const sheets = await sheetsFor(needs, slice)
    try {
      storage.transaction(() => {
        for (const reply of slice) adopt(needs, facts, reply, sheets)
      })
    } catch (error) {
      spend.recount()
      throw error
    }
    await breathe()
  }
  if (every) await takeInUnrecorded(needs, found.pictures)
  return images.blobCount() - before
}

function adopt(needs: AdoptNeeds, facts: ModelFacts, reply: RecordedReply, sheets: ReadonlyMap<string, number>): void {
  const { jobs, images, spend } = needs
  const [record] = reply
  const pictures: StoredPicture[] = reply.map((of) => ({
    sha256: of.sha256,
    byteLength: of.picture.byteLength,
    seed: of.seed,
    seen: { ...of.picture, crc32: null },
  }))
  const same = jobs.withHash(record.promptHash)
  const isThere = (job: Job) =>
    job.state === 'done' && (jobs.hasPassed(job.id) || images.inBatch(job.batchId, record.sha256) !== null)
  if (same.some(isThere)) return
  const job = jobToFinish(same, record.job.id) ?? lostJob(needs, record, sheets)
  if (!spend.hasOpen(job.id))
    spend.reserve({ ...job, jobId: job.id, reservedMicros: record.requestMicros, startedMs: record.madeMs })
  if (job.state === 'failed' || job.state === 'canceled')
    jobs.toQueued(job.id, { retries: job.retries, waits: job.waits, notBeforeMs: 0 })
  storeRows({ ...needs, facts }, { job, pictures, costMicros: record.requestMicros })
}

/** The job that the record names, else one that was out, else one that waits or was given up. */
function jobToFinish(same: readonly Job[], jobId: number): Job | null {
  const open = same.filter((job) => job.state !== 'done')
  return (
    open.find((job) => job.id === jobId) ??
    open.find((job) => job.state !== 'queued' && job.state !== 'failed' && job.state !== 'canceled') ??
    open[0] ??
    null
  )
}

/** The job again, queued, in its own batch: as a final of its draft where that is there, else as a place of its own. */
function lostJob(needs: AdoptNeeds, record: PictureRecord, sheets: ReadonlyMap<string, number>): Job {
  const { batches, jobs, images } = needs
  const batchId = batchOf(needs, record, sheets)
  const { row, text } = record.prompt
  const promptId = batches.samePrompt(batchId, row, text) ?? batches.addPrompt(batchId, record.prompt)
  const source =
    record.job.stage === 'final' && record.sourceSha256 !== null ? images.inBatch(batchId, record.sourceSha256) : null
  const jobId = jobs.nextId()
  jobs.add(jobId, {
    batchId,
    promptId,
    tileId: source?.tileId ?? null,
    stage: source ? 'final' : 'draft',
    position: jobs.nextPosition(batchId),
    variant: record.job.variant,
    promptHash: record.promptHash,
    request: record.request,
    state: 'queued',
    holdReason: null,
    follows: false,
    sourceImageId: source?.id ?? null,
    redrawn: source !== null && record.job.redrawn,
    estimateMicros: record.requestMicros,
    currency: record.currency,
    error: null,
  })
  // What came after it has a record of its own: nothing is begun again by itself.
  if (source && record.job.passing)
    jobs.addStep(jobId, { batchId, firstJobId: jobId, chain: '', step: 1, steps: 2, rest: [], beforeMicros: 0 })
  const job = jobs.get(jobId)
  if (!job) throw new Error(`Job ${jobId} was not stored.`)
  return job
}

/**
 * A batch that was lost comes back under its name and date. Its identity is another one: it holds what was made, so that
 * the same sheet run again makes a whole batch, from the cache as far as that goes.
 */
function batchOf({ batches }: AdoptNeeds, { batch }: PictureRecord, sheets: ReadonlyMap<string, number>): number {
  const there = batches.named(batch.name)
  if (there && there.createdMs === batch.createdMs) return there.id
  const { id } = batches.begin({
    name: batch.name,
    sheetId: sheets.get(sheetKey(batch)) ?? 0,
    identity: `made again ${batch.createdMs} ${batch.name}`,
    settings: batch.settings,
    rows: batch.rows,
    allFinalMicros: null,
    createdMs: batch.createdMs,
  })
  batches.finishPlanning(id)
  return id
}

const sheetKey = (batch: PictureRecord['batch']) => `${batch.sheetSha256} ${batch.sheetName}`

/** The sheets of these records' batches; one whose bytes are gone is written again with the prompts that are known. */
async function sheetsFor({ batches }: AdoptNeeds, replies: readonly RecordedReply[]): Promise<Map<string, number>> {
  const sheets = new Map<string, number>()
  for (const [{ batch }] of replies) {
    const key = sheetKey(batch)
    if (sheets.has(key)) continue
    const bytes = batch.sheetSha256 === null ? null : await batches.storedBytes(batch.sheetSha256)
    const prompts = replies.filter(([other]) => sheetKey(other.batch) === key).map(([other]) => other.prompt.text)
    const text = ['prompt', ...new Set(prompts)].map((cell) => `${csvLine([cell])}\n`).join('')
    const sheet = await batches.storeSheet(batch.sheetName ?? 'found-again.csv', bytes ?? Buffer.from(text))
    sheets.set(key, sheet.id)
  }
  return sheets
}

/** A picture without a usable record is kept by its content, so that the next record or sheet that names it finds it. */
async function takeInUnrecorded({ storage, images }: AdoptNeeds, pictures: ReadonlyMap<string, string>): Promise<void> {
  for (const [sha256, file] of pictures) {
    if (images.blob(sha256)) continue
    const bytes = await readFile(file)
    if (createHash('sha256').update(bytes).digest('hex') !== sha256) continue
    // Not a whole picture: it stays where it is, and `gc` tells of it.
    const seen = await inspectPicture(bytes).catch(() => null)
    if (seen) storage.transaction(() => images.addBlob(sha256, bytes.length, seen))
  }
}
