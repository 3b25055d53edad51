import { promptHash } from '#engine/cache/cache.ts'
import { type Job, requestOf } from '#engine/jobs/jobs.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { PlanRow } from '#shared/contract/plans.ts'
import type { RerollPlanInput } from '#shared/contract/wishes.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { partsOf, sumsOf } from './plan-finals.ts'
import { capRun, type PlannedWork, type PlanningNeeds, type RunRoutes, type RunWish } from './planned-work.ts'

/** A person asked for these now: they overtake the batch's other drafts. */
const rerollPriority = 8

interface PlannedReroll {
  readonly imageId: number
  readonly row: number
  readonly draft: Job
  readonly variant: number
  readonly request: GenerationRequest
  readonly hash: string
  readonly price: Price | null
}

/** New drafts of marked ones: the same prompt with the next number never used for it in this library, beside the old. */
export function planRerollsOf(needs: PlanningNeeds, input: RerollPlanInput): PlannedWork {
  const { storage, jobs, batches, images, facts } = needs
  const { id: batchId } = batches.get(input.batchId)
  const taken = new Set<string>()
  const variants = new Map<number, number>()
  const rerolls = needs.tiles.targets(input.targets).flatMap((target): PlannedReroll[] => {
    const draft = jobs.get(target.tileId)
    if (!draft || !images.marks(target.imageId).reroll) return []
    const variant = (variants.get(draft.promptId) ?? jobs.lastVariant(draft.promptId)) + 1
    variants.set(draft.promptId, variant)
    const { request, hash } = nextUnused(
      requestOf(draft),
      (wanted) => taken.has(wanted) || jobs.isKnown(wanted) || needs.cache.find(wanted) !== null,
    )
    taken.add(hash)
    return [{ imageId: target.imageId, row: target.row, draft, variant, request, hash, price: facts.priceOf(request) }]
  })

  function store(wish: RunWish, routes: RunRoutes): void {
    const startId = jobs.addStart(batchId, wish.start ?? { kind: 'now' })
    for (const { imageId, draft, variant, request, hash, price } of rerolls) {
      const jobId = jobs.nextId()
      const { route, highestMicros } = routes.of(request, price)
      jobs.add(jobId, {
        batchId,
        promptId: draft.promptId,
        tileId: null,
        stage: 'draft',
        position: draft.position,
        variant,
        promptHash: hash,
        request,
        state: 'queued',
        holdReason: price === null ? 'no-price' : null,
        follows: false,
        sourceImageId: null,
        redrawn: false,
        estimateMicros: highestMicros,
        currency: draft.currency,
        error: null,
        route,
        startId,
      })
      jobs.prioritise(jobId, rerollPriority)
      images.setMarks({ ...images.marks(imageId), reroll: false })
    }
  }

  return {
    summary: {
      kind: 'rerolls',
      prompts: new Set(rerolls.map((reroll) => reroll.draft.promptId)).size,
      tiles: rerolls.length,
      requests: rerolls.length,
      cached: 0,
      duplicates: 0,
      blocked: 0,
      ...sumsOf(rerolls),
      currency: 'USD',
      allFinalMicros: null,
      parts: partsOf(rerolls, facts),
      problems: [],
      problemCount: 0,
      problemGroups: [],
      redrawn: 0,
    },
    batchId: () => batchId,
    rows: async (page) => ({
      rows: rerolls.slice(page.offset, page.offset + page.limit).map(planRow),
      total: rerolls.length,
    }),
    async *requests() {
      for (const { request } of rerolls) yield request
    },
    async run(wish, markRan, routes) {
      storage.transaction(() => {
        store(wish, routes)
        markRan(batchId)
        batches.setPaused(batchId, false)
        capRun(needs, batchId, wish.capMicros)
      })
      needs.onPlanned(batchId, false)
      return batchId
    },
  }
}

/** Counts the seed, or the variant where the model takes no seed, up to the first wish that nobody had. */
function nextUnused(
  draft: GenerationRequest,
  isTaken: (hash: string) => boolean,
): { request: GenerationRequest; hash: string } {
  for (let step = 1; ; step++) {
    const request: GenerationRequest =
      draft.seed === null ? { ...draft, variant: (draft.variant ?? 0) + step } : { ...draft, seed: draft.seed + step }
    const hash = promptHash(request)
    if (!isTaken(hash)) return { request, hash }
  }
}

const planRow = ({ row, variant, request, price }: PlannedReroll): PlanRow => ({
  row,
  prompt: request.prompt,
  variant,
  provider: request.provider,
  model: request.model,
  priceMicros: price?.expectedMicros ?? null,
  outcome: 'new',
  note: null,
})
