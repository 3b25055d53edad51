import { type Cache, canonicalJson, promptHash } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { PlannedStep } from '#engine/jobs/jobs.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { FinalStep } from '#shared/contract/wishes.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { fromPicture, type StartPicture } from './from-picture.ts'
import type { ModelFacts } from './model-facts.ts'
import type { ModelProblem } from './model-problem.ts'
import { isProblem, type WishedFinal } from './wished-final.ts'

/** A request of a final and what it should cost. */
export interface PricedRequest {
  readonly request: GenerationRequest
  readonly price: Price | null
}

/** One final as it would be made, over all its steps. */
export interface WishedChain {
  readonly first: WishedFinal & { readonly hash: string; readonly price: Price | null }
  readonly rest: readonly PlannedStep[]
  /** What tells this chain from another with the same first step; null for a final of one step. */
  readonly chain: string | null
  /** Every request whose picture is not here yet. */
  readonly unmade: readonly PricedRequest[]
  readonly redrawn: boolean
  readonly leftOut: readonly ModelProblem[]
}

/** No picture is there yet that has a name. */
const notMade = '0'.repeat(64)

/**
 * Follows a final through its further steps. Where a step's picture is in the cache, the next one is known exactly;
 * else it is planned for the size that the step should give, and asked for when that picture is there.
 */
export function planChain(
  needs: { readonly facts: ModelFacts; readonly cache: Cache; readonly images: Images },
  first: WishedFinal,
  steps: readonly FinalStep[],
): WishedChain | ModelProblem {
  const { facts } = needs
  const hash = promptHash(first.request)
  const price = facts.priceOf(first.request)
  const unmade: PricedRequest[] = []
  const rest: PlannedStep[] = []
  const leftOut = [...first.leftOut]
  let redrawn = first.redrawn
  let made = { request: first.request, hash, price }
  for (const step of steps) {
    const start = pictureOf(needs, made)
    if (start.byteLength === null) unmade.push(made)
    const next = fromPicture(facts, step, made.request, start)
    if (isProblem(next)) return next
    const nextPrice = facts.priceOf(next.request)
    rest.push({ profile: step, highestMicros: nextPrice?.highestMicros ?? null })
    leftOut.push(...next.leftOut)
    redrawn ||= next.redrawn
    made = { request: next.request, hash: promptHash(next.request), price: nextPrice }
  }
  if (!needs.cache.find(made.hash)) unmade.push(made)
  const chain = steps.length === 0 ? null : canonicalJson(steps)
  return { first: { ...first, hash, price }, rest, chain, unmade, redrawn, leftOut }
}

/** The picture of a request: as the library has it, else as large as it should become. */
function pictureOf(
  { cache, images }: { readonly cache: Cache; readonly images: Images },
  { request, hash }: { readonly request: GenerationRequest; readonly hash: string },
): StartPicture {
  const known = cache.find(hash)
  const blob = known ? images.blob(known.sha256) : null
  if (known && blob) return { sha256: known.sha256, ...blob }
  return {
    sha256: notMade,
    width: request.width ?? request.source?.width ?? 1024,
    height: request.height ?? request.source?.height ?? 1024,
    byteLength: null,
  }
}
