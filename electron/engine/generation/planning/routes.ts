import type { Batches } from '#engine/batches/batches.ts'
import type { Price } from '#engine/settings/settings.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { Plan, RouteFigures } from '#shared/contract/plans.ts'
import type { Route, RunRoute, RunSending } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { type GenerationRequest, profileName } from '#shared/generation-request.ts'
import { chunksFor } from '../remote/chunks.ts'
import { highestBy, type ModelFacts } from './model-facts.ts'
import { type PlannedWork, type PlanPart, type PlanSummary, type RunRoutes, sumOrNull } from './planned-work.ts'

/** Up to so many requests of a model go live by `auto`: they are made sooner than a batch begins. */
const fewRequests = 50

export const allLive: RunRoutes = {
  of: (_request, price) => ({ route: 'live', highestMicros: price?.highestMicros ?? null }),
}

/** A model's share of a plan, begun where nothing was counted into it before. */
export function partFor(parts: Map<string, PlanPart>, { provider, model }: GenerationRequest): PlanPart {
  const name = profileName({ provider, model })
  const none = { requests: 0, estimateMicros: 0, highestMicros: 0 }
  const part = parts.get(name) ?? { provider, model, ...none, byBatch: { ...none } }
  parts.set(name, part)
  return part
}

/** Counts a new request into its model's share of a plan. `mayBatch`: false for one that can only be made live. */
export function addToPart(
  parts: Map<string, PlanPart>,
  { request, price }: { readonly request: GenerationRequest; readonly price: Price | null },
  facts: ModelFacts,
  mayBatch = true,
): void {
  const { provider, model } = request
  const part = partFor(parts, request)
  part.requests++
  part.estimateMicros = sumOrNull(part.estimateMicros, price?.expectedMicros)
  part.highestMicros = sumOrNull(part.highestMicros, price?.highestMicros)
  const batch = mayBatch ? facts.batch(provider, model) : null
  const problem = batch?.check(request) ?? null
  const share = batch && problem === null ? batch.share : null
  if (share !== null) part.byBatch.requests++
  if (problem !== null) part.liveBecause ??= problem
  part.byBatch.estimateMicros = sumOrNull(
    part.byBatch.estimateMicros,
    price && Math.round(price.expectedMicros * (share ?? 1)),
  )
  part.byBatch.highestMicros = sumOrNull(part.byBatch.highestMicros, highestBy(price, share ?? 1))
}

type PartRoutes = Pick<Plan['parts'][number], 'batch' | 'auto'>

/** What a model's share makes of the routes; `startedLately` as in `chunksFor`. */
export function partRoutes(
  part: PlanPart,
  kind: PlanSummary['kind'],
  facts: ModelFacts,
  startedLately: number,
): PartRoutes {
  const limits = facts.batch(part.provider, part.model)?.limits
  if (!limits || part.byBatch.requests === 0) return { batch: null, auto: 'live' }
  const { remoteBatches, lastStartAfterMs } = chunksFor([{ requests: part.byBatch.requests, limits }], startedLately)
  return {
    batch: { ...part.byBatch, remoteBatches, withinMs: lastStartAfterMs + limits.withinMs },
    auto: autoRoute(part, kind),
  }
}

/** Somebody waits for re-rolls, and a few are made sooner than a batch begins. */
const autoRoute = (part: PlanPart, kind: PlanSummary['kind']): Route =>
  kind !== 'rerolls' && part.byBatch.requests > fewRequests ? 'batch' : 'live'

/** All parts together, each by the route that `isBatch` says; null where none goes in a batch. */
export function routeFigures(
  parts: readonly (Pick<PlanPart, 'estimateMicros' | 'highestMicros'> & PartRoutes)[],
  isBatch: (part: PartRoutes) => boolean,
): RouteFigures | null {
  const figures = parts.map((part): RouteFigures => {
    const { estimateMicros, highestMicros } = part
    return part.batch && isBatch(part) ? part.batch : { requests: 0, estimateMicros, highestMicros, withinMs: null }
  })
  const requests = figures.reduce((sum, each) => sum + each.requests, 0)
  if (requests === 0) return null
  return {
    requests,
    estimateMicros: figures.reduce<number | null>((sum, each) => sumOrNull(sum, each.estimateMicros), 0),
    highestMicros: figures.reduce<number | null>((sum, each) => sumOrNull(sum, each.highestMicros), 0),
    withinMs: Math.max(...figures.map(({ withinMs }) => withinMs ?? 0)),
  }
}

/** How a batch was last sent, as far as it still can be: what a newer sheet adds to it goes the same way. */
export function keptSending(
  { summary: { parts }, batchId }: Pick<PlannedWork, 'summary' | 'batchId'>,
  batches: Pick<Batches, 'get'>,
): RunSending {
  const id = batchId()
  const { route, routes = {}, start } = id === null ? {} : batches.get(id).sending
  const canBatch = (part: PlanPart): boolean => part.byBatch.requests > 0
  const kept = parts.flatMap((part): [string, RunRoute][] => {
    const own = routes[profileName(part)]
    return own && (own !== 'batch' || canBatch(part)) ? [[profileName(part), own]] : []
  })
  return {
    ...(route && (route !== 'batch' || parts.some(canBatch)) && { route }),
    ...(kept.length > 0 && { routes: Object.fromEntries(kept) }),
    ...(start && { start }),
  }
}

/** The routes of a run's requests. Throws AppError where a model is named that the plan has not, or where nothing can go by the route that is asked for. */
export function runRoutes(
  wish: Pick<RunInput, 'route' | 'routes'>,
  { parts, kind }: Pick<PlanSummary, 'parts' | 'kind'>,
  facts: ModelFacts,
): RunRoutes {
  const named = wish.routes ?? {}
  for (const [name, route] of Object.entries(named)) {
    const part = parts.find((each) => profileName(each) === name)
    if (!part)
      throw new AppError('invalid-input', `The plan has no requests of ${name}, so there is no route to choose for it.`)
    if (route === 'batch' && part.byBatch.requests === 0)
      throw new AppError('unsupported', `${name} cannot be made in batches. Leave its route out, or choose live.`)
  }
  const sent = parts.filter(({ requests }) => requests > 0)
  if (wish.route === 'batch' && sent.length > 0 && sent.every(({ byBatch }) => byBatch.requests === 0)) {
    const because = sent.find(({ liveBecause }) => liveBecause)?.liveBecause
    const names = [...new Set(sent.map(profileName))].join(' and ')
    const why = because ?? `${names} ${sent.length === 1 ? 'takes' : 'take'} no batches`
    throw new AppError(
      'unsupported',
      `Nothing of this can be made in a batch: ${why}. Leave the route out to make it now.`,
    )
  }
  const byModel = new Map(
    parts.map((part) => {
      const wanted = named[profileName(part)] ?? wish.route ?? 'live'
      return [profileName(part), wanted === 'auto' ? autoRoute(part, kind) : wanted]
    }),
  )
  return {
    of(request, price) {
      const batch = byModel.get(profileName(request)) === 'batch' ? facts.batch(request.provider, request.model) : null
      return batch && batch.check(request) === null
        ? { route: 'batch', highestMicros: highestBy(price, batch.share) }
        : allLive.of(request, price)
    },
  }
}
