import type { Batches } from '#engine/batches/batches.ts'
import type { Cache } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { References } from '#engine/references/references.ts'
import type { OpenProviders, Price } from '#engine/settings/settings.ts'
import type { ReadSheet } from '#engine/sheets/sheets.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { SheetTiles, Tiles } from '#engine/tiles/tiles.ts'
import type { Wildcards } from '#engine/wildcards/wildcards.ts'
import type { SheetComparison } from '#shared/contract/batches.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { Plan, PlanRow } from '#shared/contract/plans.ts'
import type { Route } from '#shared/contract/wishes.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { ModelFacts } from './model-facts.ts'

export interface PlanningNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
  readonly cache: Cache
  readonly tiles: Tiles
  readonly sheetTiles: SheetTiles
  readonly providers: OpenProviders
  readonly wildcards: Wildcards
  readonly facts: ModelFacts
  readonly references: References
  readonly readStoredSheet: (sheetId: number) => Promise<{ sheet: ReadSheet; sha256: string }>
  readonly countedOfBatchMicros: (batchId: number) => number
  readonly onPlanned: (batchId: number, isNew: boolean) => void
  /** A batch is being brought to another sheet from now on: nothing more of it may start. */
  readonly onChanging: () => void
}

/** The share of a plan that one model makes. */
export interface PlanPart {
  readonly provider: string
  readonly model: string
  requests: number
  estimateMicros: number | null
  highestMicros: number | null
  /** The whole share where what can go in remote batches does: so many of its requests. */
  readonly byBatch: { requests: number; estimateMicros: number | null; highestMicros: number | null }
  /** The first reason for which one of them can only go live. */
  liveBecause?: string
  /** Of drafts alone. */
  cached?: number
  duplicates?: number
  blocked?: number
}

/** A plan before it has an id and the times of today's lanes. */
export type PlanSummary = Omit<Plan, 'planId' | 'batchId' | 'durationMs' | 'parts' | 'lanes' | 'batch' | 'auto'> & {
  parts: readonly PlanPart[]
}

/** The route of a request of a run, and the most that it can cost by it. */
export interface RunRoutes {
  of(request: GenerationRequest, price: Price | null): { route: Route; highestMicros: number | null }
}

export interface PlanPage {
  readonly offset: number
  readonly limit: number
  readonly outcome: PlanRow['outcome'] | undefined
}

/** What is told of a comparison beside its plan, its rows a page at a time. */
export interface Compared extends Omit<SheetComparison, 'plan' | 'sending' | 'rows'> {
  readonly page: (asked: {
    offset: number
    limit: number
    kind?: SheetComparison['rows'][number]['kind'] | undefined
  }) => { rows: SheetComparison['rows']; total: number }
}

/** How a plan is run; without `capMicros` the batch keeps the cap that it has. */
export interface RunWish extends Omit<RunInput, 'capMicros'> {
  readonly capMicros?: number | null | undefined
}

/** What a wish would make, and the way to make it. */
export interface PlannedWork {
  readonly summary: PlanSummary
  /** The batch that a run goes on with; null where it makes a new one. */
  readonly batchId: () => number | null
  readonly rows: (page: PlanPage) => Promise<{ rows: PlanRow[]; total: number }>
  /** The requests that a run would send first; absent where they depend on what a run finds. */
  readonly requests?: () => AsyncIterable<GenerationRequest>
  /** Of a newer sheet for a batch alone. */
  readonly compared?: Compared
  /** Stores the jobs and calls `markRan` in the same transaction; gives the batch. */
  readonly run: (input: RunWish, markRan: (batchId: number) => void, routes: RunRoutes) => Promise<number>
}

/** A cap is for this run: what the batch has cost before does not count. */
export function capRun(needs: PlanningNeeds, batchId: number, capMicros: RunWish['capMicros']): void {
  if (capMicros === undefined) return
  needs.batches.setCap(batchId, capMicros === null ? null : needs.countedOfBatchMicros(batchId) + capMicros)
}

/** Nobody knows a sum with an unknown part. */
export const sumOrNull = (one: number | null, other: number | null | undefined): number | null =>
  one === null || other === null || other === undefined ? null : one + other
