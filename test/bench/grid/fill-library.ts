import { copyFile, mkdir, readFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { setImmediate } from 'node:timers/promises'
import { openBatches } from '#engine/batches/batches.ts'
import { openCache } from '#engine/cache/cache.ts'
import type { ModelFacts } from '#engine/generation/planning/model-facts.ts'
import { recordOf } from '#engine/generation/running/picture-record.ts'
import { storeRows } from '#engine/generation/running/store-rows.ts'
import { openImages } from '#engine/images/images.ts'
import { type Job, openJobs } from '#engine/jobs/jobs.ts'
import { openReview } from '#engine/review/review.ts'
import { openSpend } from '#engine/spend/spend.ts'
import { openStorage, steadyClock, writeFilesDurably } from '#engine/storage/storage.ts'
import { openTiles } from '#engine/tiles/tiles.ts'
import type { ErrorCode } from '#shared/errors.ts'
import type { DrawnPicture } from './draw-pictures.ts'
import { marksFor } from './marks-for.ts'

/** Rows that one transaction stores. */
const slice = 500
/** Pictures that are written as one group, as arrivals are. */
const group = 40

/** Of a hundred drafts two have no picture, each for one of these causes. */
const failures: readonly { code: ErrorCode; message: string; isPaid: boolean }[] = [
  { code: 'content-policy', message: 'The model refused this prompt: safety system.', isPaid: false },
  { code: 'bad-response', message: 'The picture is cut off: its end is missing.', isPaid: true },
  { code: 'provider-unavailable', message: 'The server answered 503 five times.', isPaid: false },
]

/** Drafts have no further steps: no model is asked about. */
const noFacts: ModelFacts = {
  batch: () => null,
  providerIds: [],
  findModel: () => null,
  onlyProviderOf: () => null,
  answeredBy: () => null,
  priceOf: () => null,
  pricer: () => () => null,
  check: () => () => null,
  pictureLimits: () => null,
  usualFinal: () => null,
}

export interface Filled {
  readonly pictures: number
  readonly failed: number
  readonly marks: number
}

/**
 * Answers every waiting draft of a batch out of `drawn`, as a run would: claimed and reserved, stored by the engine's own
 * writers, settled in the ledger. Some fail. Then decisions, stars and labels are given through the journal.
 */
export async function fillLibrary(
  library: string,
  batchId: number,
  pool: string,
  drawn: readonly DrawnPicture[],
): Promise<Filled> {
  const storage = openStorage({ folder: library, readOnly: false, host: 'the grid bench' })
  try {
    const clock = steadyClock(0)
    const rooms = { storage, clock, batches: openBatches(storage, clock), images: openImages(storage, clock) }
    const jobs = openJobs(storage, clock)
    const spend = openSpend(storage, clock)
    const store = { ...rooms, jobs, spend, facts: noFacts, cache: openCache(storage, clock) }
    const providers = new Set(rooms.batches.get(batchId).settings.profiles.map(({ provider }) => provider))
    const waiting = [...providers]
      .flatMap((provider) => jobs.waitingAt(batchId, provider))
      .toSorted((one, other) => one.id - other.id)
    const written = new Set<string>()
    let failed = 0

    for (let from = 0; from < waiting.length; from += slice) {
      const part = waiting.slice(from, from + slice).map((job, offset) => answerTo(job, from + offset, drawn))
      // The files first, then the rows that speak of them.
      const fresh = part.filter(({ picture }) => picture !== null && !written.has(picture.sha256))
      for (let at = 0; at < fresh.length; at += group) await writePictures(fresh.slice(at, at + group))
      storage.transaction(() => {
        for (const { job, picture, failure } of part) {
          jobs.toSubmitting(job.id)
          spend.reserve({ ...job, jobId: job.id, reservedMicros: job.estimateMicros ?? 0 })
          const costMicros = job.estimateMicros ?? 0
          if (picture) storeRows(store, { job, pictures: [{ ...picture, seed: null }], costMicros })
          else if (failure) {
            failed++
            spend.finish(job.id, failure.isPaid ? { state: 'settled', micros: costMicros } : { state: 'released' })
            jobs.toFailed(job.id, failure.code, failure.message)
          }
        }
      })
      await setImmediate()
    }

    async function writePictures(fresh: readonly Answer[]): Promise<void> {
      const files = []
      for (const { job, picture } of fresh) {
        if (!picture || written.has(picture.sha256)) continue
        written.add(picture.sha256)
        const bytes = await readFile(join(pool, `${picture.sha256}.png`))
        const small = rooms.images.renditionFile(picture.sha256, 'small')
        await mkdir(dirname(small), { recursive: true })
        await copyFile(join(pool, `${picture.sha256}.webp`), small)
        const record = recordOf(
          { ...rooms, jobs },
          job,
          { ...picture, seed: null, outputIndex: 0 },
          job.estimateMicros ?? 0,
        )
        const seen = { ...picture.seen, small: new Uint8Array() }
        files.push(
          ...rooms.images.filesFor(picture.sha256, bytes, seen, {
            promptHash: job.promptHash,
            json: JSON.stringify(record),
          }),
        )
      }
      await writeFilesDurably(files)
    }

    const review = openReview({ ...rooms, tiles: openTiles(storage), emit: () => undefined })
    const imageIds = openTiles(storage)
      .targets({ kind: 'selector', batchId, selector: 'all' })
      .map((target) => target.imageId)
    let marks = 0
    for (const { verb, wanted } of marksFor(imageIds)) {
      for (let from = 0; from < wanted.length; from += slice) {
        const some = wanted.slice(from, from + slice)
        marks += (await review.apply({ targets: { kind: 'images', imageIds: some }, verb })).changedCount
      }
      await setImmediate()
    }
    return { pictures: waiting.length - failed, failed, marks }
  } finally {
    storage.close()
  }
}

interface Answer {
  readonly job: Job
  readonly picture: DrawnPicture | null
  readonly failure: (typeof failures)[number] | null
}

/** Which picture a draft gets. One in fifty looks like the draft before it, as a model that ignores its seed would do. */
function answerTo(job: Job, at: number, drawn: readonly DrawnPicture[]): Answer {
  if (at % 50 === 17) return { job, picture: null, failure: failures[Math.floor(at / 50) % failures.length] ?? null }
  const failedBefore = Math.floor((at + 32) / 50)
  const picture = drawn[((at % 50 === 31 ? at - 1 : at) - failedBefore) % drawn.length] ?? null
  return { job, picture, failure: null }
}
