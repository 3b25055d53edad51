import { createHash } from 'node:crypto'
import { mkdir, writeFile } from 'node:fs/promises'
import { availableParallelism } from 'node:os'
import { dirname, join } from 'node:path'
import pLimit from 'p-limit'
import type { Cache } from '#engine/cache/cache.ts'
import { type Images, type Inspection, inspectPicture } from '#engine/images/images.ts'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Clock, type Storage, writeFilesDurably } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { addPicture } from './add-picture.ts'
import type { Answers } from './exchange.ts'

/** At most so many replies wait to be saved: beyond it nothing new is claimed. */
const maxWaiting = 40

interface Picture {
  readonly bytes: Uint8Array
  readonly sha256: string
  readonly seed: number | null
  readonly seen: Inspection
}

interface Arrival {
  readonly job: Job
  readonly pictures: readonly Picture[]
  readonly costMicros: number
}

export interface ArrivalsNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly spend: Spend
  readonly clock: Clock
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

  async function add(job: Job, { answers, settled }: Answers): Promise<void> {
    waiting++
    try {
      const pictures: Picture[] = []
      let refusal: unknown = null
      for (const answer of answers) {
        if (answer.kind === 'withheld') continue
        try {
          const seen = await decoding(() => inspectPicture(answer.bytes))
          const sha256 = createHash('sha256').update(answer.bytes).digest('hex')
          await keepSmall(needs.images.renditionFile(sha256, 'small'), seen.small)
          pictures.push({ bytes: answer.bytes, sha256, seed: answer.seed, seen })
        } catch (error) {
          refusal ??= error
          await keepRejected(needs.storage.folder, job, answer.bytes)
        }
      }
      if (pictures.length === 0) throw refusal ?? withheldError(answers)
      ready.push({ job, pictures, costMicros: settled?.micros ?? job.estimateMicros ?? 0 })
    } catch (error) {
      leave(1)
      needs.onUnusable(job, error)
      return
    }
    void store()
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
      const saved = await storeUntilDone(group)
      leave(group.length)
      needs.onSaved(saved)
    }
    isStoring = false
  }

  /** A full disk loses nothing: the group waits here until there is room. */
  async function storeUntilDone(group: readonly Arrival[]): Promise<Job[]> {
    for (;;) {
      try {
        await writeFilesDurably(group.flatMap((arrival) => filesOf(needs, arrival)))
        const saved = needs.storage.transaction(() => group.flatMap((arrival) => storeRows(needs, arrival)))
        return saved
      } catch (error) {
        if (errorCodeOf(error) !== 'storage') throw error
        needs.spend.recount()
        needs.onStorage(messageOf(error))
        await needs.clock.sleep(2000)
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

/** A rendition is derived: written plainly, and made again where a power cut spoils it. */
async function keepSmall(file: string, bytes: Uint8Array): Promise<void> {
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

async function keepRejected(folder: string, job: Job, bytes: Uint8Array): Promise<void> {
  const file = join(folder, 'rejected', `job-${job.id}-${Date.now()}.bin`)
  await mkdir(dirname(file), { recursive: true })
  await writeFile(file, bytes)
}

function withheldError(answers: Answers['answers']): AppError {
  const withheld = answers.find((answer) => answer.kind === 'withheld')
  return withheld
    ? new AppError('content-policy', withheld.reason, { billed: withheld.billed })
    : new AppError('bad-response', 'The provider answered without a picture.')
}

function filesOf({ images, clock }: ArrivalsNeeds, { job, pictures, costMicros }: Arrival) {
  return pictures.flatMap((picture, index) => {
    const record = {
      promptHash: job.promptHash,
      request: requestOf(job),
      sha256: picture.sha256,
      seed: picture.seed,
      costMicros: index === 0 ? costMicros : 0,
      currency: job.currency,
      madeMs: clock.now(),
    }
    return images.filesFor(picture.sha256, picture.bytes, picture.seen, {
      promptHash: job.promptHash,
      json: JSON.stringify(record),
    })
  })
}

/** Inside the transaction: the job and every queued twin of it, in any batch, get the picture. */
function storeRows(needs: ArrivalsNeeds, { job, pictures, costMicros }: Arrival): Job[] {
  const { jobs, images, cache, spend } = needs
  const [first] = pictures
  if (!first) return []
  for (const picture of pictures) images.addBlob(picture.sha256, picture.bytes.length, picture.seen)
  cache.add(job.promptHash, {
    sha256: first.sha256,
    seed: first.seed,
    settledMicros: costMicros,
    currency: job.currency,
  })
  spend.finish(job.id, { state: 'settled', micros: costMicros })
  if (!jobs.toDone(job.id)) return []
  for (const [outputIndex, picture] of pictures.entries())
    addPicture(images, job, {
      sha256: picture.sha256,
      seed: picture.seed,
      outputIndex,
      origin: 'request',
      settledMicros: outputIndex === 0 ? costMicros : 0,
    })
  const twins = jobs.twins(job.promptHash, job.id)
  for (const twin of twins) {
    jobs.toDone(twin.id)
    addPicture(images, twin, {
      sha256: first.sha256,
      seed: first.seed,
      outputIndex: 0,
      origin: 'twin',
      settledMicros: 0,
    })
  }
  return [job, ...twins]
}
