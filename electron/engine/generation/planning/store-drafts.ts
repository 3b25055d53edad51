import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { Storage } from '#engine/storage/storage.ts'
import type { DraftSettings, RunStart } from '#shared/contract/generation.ts'
import { addPicture } from '../running/add-picture.ts'
import { breather } from './breathe.ts'
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
  const { storage, batches } = needs
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
    return { created: begun, startId: needs.jobs.addStart(begun.id, batch.start) }
  })
  const inSample = sampleOf(plan.summary.requests, batch.first)
  const breathe = breather()
  const waiting: DraftPrompt[] = []
  let index = 0
  let newIndex = 0
  // Both as they are in the transaction that stores: jobs of other batches go on meanwhile.
  let nextJobId = 0
  let hasUnknownTwin = (_hash: string): boolean => false

  const storePrompt = ({ prompt, wanted, tiles }: DraftPrompt): void => {
    const promptId = batches.addPrompt(created.id, {
      row: prompt.row,
      line: prompt.line,
      clientId: prompt.clientId,
      text: prompt.text,
      negative: prompt.negative,
      wantedWidth: wanted?.width ?? null,
      wantedHeight: wanted?.height ?? null,
      columns: prompt.columns,
    })
    for (const tile of tiles) {
      const outcome = plan.outcome(index)
      const isHeldBack = outcome === 'new' && !inSample(newIndex)
      // A sample is there to be looked at before the rest: it goes live and at once.
      const isSample = batch.first !== null && outcome === 'new' && !isHeldBack
      if (outcome === 'new') newIndex++
      storeTile(needs, {
        jobId: nextJobId++,
        batchId: created.id,
        promptId,
        index,
        tile,
        hash: plan.hash(index),
        hasUnknownTwin,
        follows: outcome === 'duplicate',
        isHeldBack,
        routes: isSample ? allLive : batch.routes,
        startId: isSample ? 0 : startId,
      })
      index++
    }
  }
  const storeWaiting = (): void => {
    storage.draft(() => {
      nextJobId = needs.jobs.nextId()
      const unknown = needs.jobs.unknownHashes()
      hasUnknownTwin = (hash) => unknown.has(hash)
      waiting.forEach(storePrompt)
    })
    waiting.length = 0
  }

  for (const slice of draftSlices(batch.source)) {
    waiting.push(...slice.prompts)
    if (waiting.length < 64) continue
    storeWaiting()
    await breathe()
  }
  storeWaiting()
  storage.transaction(() => {
    needs.jobs.holdFollowers(created.id)
    batches.finishPlanning(created.id)
    finish(created.id)
  })
  return created
}

export interface Place {
  readonly jobId: number
  readonly batchId: number
  readonly promptId: number
  readonly index: number
  readonly tile: DraftTile
  readonly hash: string
  readonly hasUnknownTwin: (hash: string) => boolean
  readonly follows: boolean
  readonly isHeldBack: boolean
  readonly routes: RunRoutes
  readonly startId: number
}

/** A tile that its cache entry, its price or an unknown twin makes done, held or queued. Inside the caller's transaction. */
export function storeTile({ jobs, images, cache }: StoreDraftsNeeds, place: Place): void {
  const { jobId, tile, hash } = place
  const known = tile.problem ? null : cache.find(hash)
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
    currency: tile.model?.price.currency ?? 'USD',
    error: tile.problem ? { code: 'unsupported', message: `${tile.problem.message}.` } : null,
    route,
    startId: place.startId,
  })
  const job = known ? jobs.get(jobId) : null
  if (known && job)
    addPicture(
      images,
      { job, request: tile.request },
      {
        sha256: known.sha256,
        seed: known.seed,
        outputIndex: 0,
        origin: 'cache',
        settledMicros: 0,
      },
    )
}

/** Which of `total` new requests are in a sample of `first`, evenly spread from the first row to the last. */
function sampleOf(total: number, first: number | null): (index: number) => boolean {
  if (first === null || first >= total) return () => true
  const chosen = new Set(Array.from({ length: first }, (_, at) => Math.floor((at * total) / first)))
  return (index) => chosen.has(index)
}
