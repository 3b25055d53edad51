import { mkdir, rm, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import { type Images, type Inspection, inspectPicture } from '#engine/images/images.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Clock, isMissing, type Storage, sha256Of, writeFilesDurably } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import type { ModelFacts } from '../planning/model-facts.ts'
import type { Answers } from './exchange.ts'
import { recordOf } from './picture-record.ts'
import { type StoredPicture, storeRows } from './store-rows.ts'

/** At most so many replies wait to be saved: beyond it nothing new is claimed. */
const maxWaiting = 40

interface Picture extends StoredPicture {
  readonly bytes: Uint8Array
  readonly seen: Inspection
  /** Resolves when its small rendition is written, or could not be. */
  readonly small: Promise<void>
}

interface Arrival {
  readonly job: Job
  readonly pictures: readonly Picture[]
  readonly costMicros: number
  readonly saved: () => void
}

export interface ArrivalsNeeds {
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
  readonly clock: Clock
  readonly facts: ModelFacts
  /** These jobs are done now, with their images: already durable. */
  readonly onSaved: (jobs: readonly Job[]) => void
  /** A reply without a usable picture; what came is kept in the library's `rejected` folder. */
  readonly onUnusable: (job: Job, error: unknown) => void
  /** Why the library cannot be written: nothing may start until it can. */
  readonly onStorage: (sentence: string) => void
}

/**
 * From a reply's bytes to a durable image. Pictures are decoded as many at once as there are cores; what is ready is
 * stored as one group: files, fsync, rename, then one transaction with blob, cache entry, image, ledger and state.
 */
export function openArrivals(needs: ArrivalsNeeds) {
  const decoding = pLimit(Math.max(2, availableParallelism()))
  const ready: Arrival[] = []
  const idle: (() => void)[] = []
  let waiting = 0
  let isStoring = false

  /** Resolves when the reply is durable, or was found unusable. Never rejects. */
  async function add(job: Job, { answers, settled }: Answers): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    waiting++
    try {
      const pictures: Picture[] = []
      let refusal: unknown = null
      for (const answer of answers) {
        if (answer.kind === 'withheld') continue
        try {
          const { bytes, seed } = answer
          const decoded = decoding(() => inspectPicture(bytes))
          const [sha256, seen] = await Promise.all([sha256Of(bytes), decoded])
          const small = keepSmall(needs.images.renditionFile(sha256, 'small'), seen.small)
          pictures.push({ bytes, byteLength: bytes.length, sha256, seed, seen, small })
        } catch (error) {
          refusal ??= error
          await keepRejected(needs.storage.folder, job, answer.bytes)
        }
      }
      if (pictures.length === 0) throw withoutPicture(answers, settled, refusal)
      ready.push({ job, pictures, costMicros: settled?.micros ?? bookedMicros(needs, job), saved: resolve })
    } catch (error) {
      leave(1)
      needs.onUnusable(job, error)
      return
    }
    void store()
    return promise
  }

  function leave(count: number): void {
    waiting -= count
    if (waiting === 0) for (const wake of idle.splice(0)) wake()
  }

  async function store(): Promise<void> {
    if (isStoring) return
    isStoring = true
    while (ready.length > 0) {
      const group = ready.splice(0, maxWaiting)
      try {
        needs.onSaved(await storeUntilDone(group))
      } catch (error) {
        await storeEach(group, error)
      }
      leave(group.length)
      for (const arrival of group) arrival.saved()
    }
    isStoring = false
  }

  /**
   * A disk that is full or fails loses nothing: the group waits here until it can be written. Then every file is written
   * anew: after an fsync that failed, a second one on the same file says nothing.
   */
  async function storeUntilDone(group: readonly Arrival[]): Promise<Job[]> {
    for (let tries = 0; ; tries++) {
      try {
        const renditions = group.flatMap(({ pictures }) => pictures.map(({ small }) => small))
        await Promise.all([
          writeFilesDurably(group.flatMap((arrival) => filesOf(needs, arrival, tries > 0))),
          ...renditions,
        ])
        return needs.storage.transaction(() => group.flatMap((arrival) => storeRows(needs, arrival)))
      } catch (error) {
        needs.spend.recount()
        if (errorCodeOf(error) !== 'storage') throw error
        needs.onStorage(messageOf(error))
        await needs.clock.sleep(2000)
      }
    }
  }

  /** A defect of ours in one reply must not keep the others: each by itself, and what cannot be stored is kept aside. */
  async function storeEach(group: readonly Arrival[], defect: unknown): Promise<void> {
    for (const arrival of group) {
      try {
        if (group.length === 1) throw defect
        needs.onSaved(await storeUntilDone([arrival]))
      } catch (error) {
        for (const { bytes } of arrival.pictures) await keepRejected(needs.storage.folder, arrival.job, bytes)
        needs.onUnusable(arrival.job, error)
      }
    }
  }

  return {
    add,
    hasRoom: () => waiting < maxWaiting,
    waiting: () => waiting,
    /** Resolves when nothing waits to be saved. */
    empty: (): Promise<void> => (waiting === 0 ? Promise.resolve() : new Promise((resolve) => idle.push(resolve))),
  }
}

/** A rendition is derived: written plainly, and made again where a power cut spoils it. Never rejects. */
async function keepSmall(file: string, bytes: Uint8Array): Promise<void> {
  try {
    await writeFile(file, bytes).catch(async (error: unknown) => {
      if (!isMissing(error)) throw error
      await mkdir(dirname(file), { recursive: true })
      await writeFile(file, bytes)
    })
  } catch {
    // A full disk must not cost the picture itself: the rendition is made again when somebody looks at it.
    await rm(file, { force: true }).catch(() => undefined)
  }
}

async function keepRejected(folder: string, job: Job, bytes: Uint8Array): Promise<void> {
  const file = join(folder, 'rejected', `job-${job.id}-${Date.now()}.bin`)
  try {
    await mkdir(dirname(file), { recursive: true })
    await writeFile(file, bytes)
  } catch {
    // Kept to be looked at where there is room; why it was rejected is told all the same.
  }
}

/** Where the provider names no cost: what its price book expects of this request, never over what was reserved. */
function bookedMicros({ facts }: ArrivalsNeeds, job: Job): number {
  const highest = job.estimateMicros ?? 0
  const share = job.remoteBatchId === null ? 1 : (facts.batch(job.provider, job.model)?.share ?? 1)
  const expected = facts.priceOf(requestOf(job))?.expectedMicros
  return Math.min(highest, expected === undefined ? highest : Math.round(expected * share))
}

/** Why a whole reply gave no picture, with what it cost where the provider says so. */
function withoutPicture(answers: Answers['answers'], settled: Answers['settled'], broken: unknown): AppError {
  const cost = settled ? { costMicros: settled.micros } : {}
  const withheld = answers.find((answer) => answer.kind === 'withheld')
  if (withheld && broken === null)
    return new AppError('content-policy', withheld.reason, { ...cost, billed: withheld.billed })
  const message = broken === null ? 'The provider answered without a picture.' : messageOf(broken)
  return new AppError('bad-response', message, { ...cost, cause: broken })
}

function filesOf(needs: ArrivalsNeeds, { job, pictures, costMicros }: Arrival, anew: boolean) {
  return pictures.flatMap((picture, outputIndex) => {
    const record = recordOf(needs, job, { ...picture, outputIndex }, costMicros)
    const json = JSON.stringify(record)
    return needs.images.filesFor(picture.sha256, picture.bytes, picture.seen, {
      promptHash: job.promptHash,
      json,
      anew,
    })
  })
}
