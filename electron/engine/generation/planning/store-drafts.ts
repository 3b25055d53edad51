import { setImmediate as nextTurn } from 'node:timers/promises'
import type { Batches, NewPrompt } from '#engine/batches/batches.ts'
import type { Cache, CacheEntry } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { ExpandedPrompt } from '#engine/sheets/sheets.ts'
import type { Storage } from '#engine/storage/storage.ts'
import type { Size } from '#shared/contract/providers.ts'
import type { DraftSettings, RunStart } from '#shared/contract/wishes.ts'
import { addPicture } from '../running/add-picture.ts'
import { type DraftPrompt, type DraftTile, draftSlices, type TileSource } from './draft-tiles.ts'
import type { DraftPlan } from './plan-drafts.ts'
import type { RunRoutes } from './planned-work.ts'
import { allLive } from './routes.ts'

export interface StoreDraftsNeeds {
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
}

export interface DraftBatch {
  readonly plan: DraftPlan
  readonly source: TileSource
  readonly settings: DraftSettings
  readonly sheetId: number
  readonly name: string
  /** Hold back all but a sample of this many requests, spread over the sheet; null for none. */
  readonly first: number | null
  readonly routes: RunRoutes
  readonly start: RunStart
}

/**
 * Stores a plan's prompts and tiles as a new batch: in slices, so that the host never stalls, and unseen until the last
 * one is in. Cached tiles are done at once. `finish` runs inside the last transaction.
 */
export async function storeDrafts(
  needs: StoreDraftsNeeds,
  batch: DraftBatch,
  finish: (batchId: number) => void,
): Promise<{ id: number; name: string }> {
  const { storage, batches, jobs } = needs
  const { plan } = batch
  const { created, startId } = storage.transaction(() => {
    const begun = batches.begin({
      name: batch.name,
      sheetId: batch.sheetId,
      identity: plan.identity,
      settings: batch.settings,
      rows: batch.source.sheet.rows.length,
      allFinalMicros: plan.summary.allFinalMicros,
    })
    jobs.leaveUnlisted(begun.id)
    return { created: begun, startId: jobs.addStart(begun.id, batch.start) }
  })
  const inSample = sampleOf(plan.summary.requests, batch.first)
  const jobIds = new Float64Array(plan.summary.tiles)
  let index = 0
  let newIndex = 0
  // Both as they are in the transaction that stores: jobs of other batches go on meanwhile.
  let nextJobId = 0
  let hasUnknownTwin = (_hash: string): boolean => false

  const storePrompt = ({ prompt, wanted, tiles, cached }: LookedUp): void => {
    const promptId = batches.addPrompt(created.id, promptRow(prompt, wanted), 'later')
    for (const tile of tiles) {
      const outcome = plan.outcome(index)
      const isHeldBack = outcome === 'new' && !inSample(newIndex)
      // A sample is there to be looked at before the rest: it goes live and at once.
      const isSample = batch.first !== null && outcome === 'new' && !isHeldBack
      if (outcome === 'new') newIndex++
      const hash = plan.hash(index)
      jobIds[index] = nextJobId
      storeTile(needs, {
        jobId: nextJobId++,
        batchId: created.id,
        promptId,
        index,
        tile,
        hash,
        known: cached.get(hash) ?? null,
        hasUnknownTwin,
        follows: outcome === 'duplicate',
        isAlone: tiles.length === 1,
        isHeldBack,
        routes: isSample ? allLive : batch.routes,
        startId: isSample ? 0 : startId,
      })
      index++
    }
  }

  await inShortDrafts(storage, lookedUp(needs.cache, batch), storePrompt, () => {
    nextJobId = jobs.nextId()
    const unknown = jobs.unknownHashes()
    hasUnknownTwin = (hash) => unknown.has(hash)
  })
  await inShortDrafts(storage, plan.inOrderOfHashes(), (tile) => jobs.listByHash(plan.hash(tile), jobIds[tile] ?? 0))
  storage.transaction(() => {
    jobs.allListed(created.id)
    // Nobody found these jobs while an outcome became unknown, or known.
    jobs.release(created.id, 'unknown-twin')
    jobs.unknownHashes().forEach(jobs.holdTwins)
    jobs.holdFollowers(created.id)
    batches.finishPlanning(created.id)
    finish(created.id)
  })
  return created
}

/** With the pictures that are there for its tiles, by their hashes. */
type LookedUp = DraftPrompt & { readonly cached: ReadonlyMap<string, CacheEntry> }

/** Looked up for many at once. A picture that comes between that and storing is found when the job's turn comes. */
function* lookedUp(cache: Cache, { source, plan }: DraftBatch): Generator<LookedUp, void, void> {
  let index = 0
  for (const { prompts } of draftSlices(source)) {
    const hashes = prompts.flatMap(({ tiles }) => tiles.map(() => plan.hash(index++)))
    const cached = cache.among(hashes)
    for (const prompt of prompts) yield { ...prompt, cached }
  }
}

const draftMs = 6

/** Stores each item, so many in one transaction as some milliseconds allow; everything else goes on between two of them. */
async function inShortDrafts<Item>(
  storage: Storage,
  items: Iterable<Item>,
  store: (item: Item) => void,
  begin: () => void = () => undefined,
): Promise<void> {
  const rest = items[Symbol.iterator]()
  let next = rest.next()
  while (next.done !== true) {
    storage.draft(() => {
      begin()
      const endMs = performance.now() + draftMs
      do {
        store(next.value)
        next = rest.next()
      } while (next.done !== true && performance.now() < endMs)
    })
    await nextTurn()
  }
}

export interface Place {
  readonly jobId: number
  readonly batchId: number
  readonly promptId: number
  readonly index: number
  readonly tile: DraftTile
  readonly hash: string
  /** The picture that is there for this hash. */
  readonly known: CacheEntry | null
  readonly hasUnknownTwin: (hash: string) => boolean
  readonly follows: boolean
  /** Its prompt is new in its batch and has no other tile. */
  readonly isAlone: boolean
  readonly isHeldBack: boolean
  readonly routes: RunRoutes
  readonly startId: number
}

/** A tile that its cache entry, its price or an unknown twin makes done, held or queued. Inside the caller's transaction. */
export function storeTile({ jobs, images }: StoreDraftsNeeds, place: Place): void {
  const { jobId, tile, hash } = place
  const known = tile.problem ? null : place.known
  const currency = tile.model?.price.currency ?? 'USD'
  const { route, highestMicros: price } = place.routes.of(tile.request, tile.price)
  jobs.add(jobId, {
    batchId: place.batchId,
    promptId: place.promptId,
    tileId: null,
    stage: 'draft',
    position: place.index,
    variant: tile.variant,
    promptHash: hash,
    request: tile.request,
    state: tile.problem ? 'failed' : known ? 'done' : 'queued',
    holdReason:
      tile.problem || known
        ? null
        : place.hasUnknownTwin(hash)
          ? 'unknown-twin'
          : price === null
            ? 'no-price'
            : place.isHeldBack
              ? 'sample'
              : null,
    follows: place.follows && !known,
    sourceImageId: null,
    redrawn: false,
    estimateMicros: price,
    currency,
    error: tile.problem ? { code: 'unsupported', message: `${tile.problem.message}.` } : null,
    route,
    startId: place.startId,
  })
  if (known)
    addPicture(
      images,
      {
        job: {
          id: jobId,
          batchId: place.batchId,
          promptId: place.promptId,
          tileId: jobId,
          stage: 'draft',
          sourceImageId: null,
          redrawn: 0,
          provider: tile.request.provider,
          model: tile.request.model,
          currency,
        },
        request: tile.request,
      },
      {
        sha256: known.sha256,
        seed: known.seed,
        outputIndex: 0,
        origin: 'cache',
        settledMicros: 0,
        isAlone: place.isAlone,
      },
    )
}

/** A prompt as it is stored. */
export const promptRow = (prompt: ExpandedPrompt, wanted: Size | null): NewPrompt => ({
  row: prompt.row,
  line: prompt.line,
  clientId: prompt.clientId,
  text: prompt.text,
  negative: prompt.negative,
  wantedWidth: wanted?.width ?? null,
  wantedHeight: wanted?.height ?? null,
  columns: prompt.columns,
})

/** Which of `total` new requests are in a sample of `first`, evenly spread from the first row to the last. */
function sampleOf(total: number, first: number | null): (index: number) => boolean {
  if (first === null || first >= total) return () => true
  const chosen = new Set(Array.from({ length: first }, (_, at) => Math.floor((at * total) / first)))
  return (index) => chosen.has(index)
}
