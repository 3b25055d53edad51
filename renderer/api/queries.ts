import { createTanstackQueryUtils } from '@orpc/tanstack-query'
import { keepPreviousData, type QueryClient, skipToken, useQuery } from '@tanstack/react-query'
import { z } from 'zod'
import type { Targets } from '#shared/contract/common.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import type { PlanRow } from '#shared/contract/plans.ts'
import type { ColumnMapping } from '#shared/contract/sheets.ts'
import type { PromptSettings } from '#shared/contract/templates.ts'
import type { MatrixAxis, TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import type { DraftSettings, FinalProfile } from '#shared/contract/wishes.ts'
import { unpackNumbers, unpackRuns } from '#shared/packed-list.ts'
import { client } from './client.ts'
import { isListStale, type ListChange } from './list-change.ts'

export const api = createTanstackQueryUtils(client)

/** Every query key of the page stands in this file. `live-updates.ts` and `changes.ts` ask here for what is stale. */
export const queryKeys = {
  library: () => api.library.key(),
  sheets: () => api.sheets.key(),
  references: () => api.references.list.key(),
  batches: () => api.batches.list.key(),
  batch: (batchId: number) => api.batches.get.key({ input: { batchId } }),
  plans: () => api.generation.planDrafts.key(),
  finalPlans: () => api.generation.planFinals.key(),
  rerollPlans: () => api.generation.planRerolls.key(),
  queue: () => api.generation.queue.key(),
  remoteBatches: () => api.remoteBatches.list.key(),
  failures: (batchId: number) => api.generation.failures.key({ input: { batchId } }),
  history: (batchId: number) => api.review.history.key({ input: { batchId } }),
  deliveryPlans: () => api.delivery.plan.key(),
  delivery: (deliveryId: number) => api.delivery.get.key({ input: { deliveryId } }),
  deliveries: (batchId: number) => api.delivery.list.key({ input: { batchId } }),
  wildcards: () => api.wildcards.key(),
  previews: () => api.templates.key(),
  providers: () => api.providers.key(),
  customServices: () => api.customServices.key(),
  settings: () => api.settings.get.queryKey(),
}

/** Compared anew whenever somebody looks: pictures may have come meanwhile. */
export const useMadeAgain = (batchId: number) =>
  useQuery(api.generation.madeAgain.queryOptions({ input: { batchId }, staleTime: 0 }))

/** Its counts rise with every picture, so they are asked for whenever they come on screen. */
export const useLibrary = () => useQuery(api.library.info.queryOptions({ staleTime: 0 }))

export const useExamples = () => useQuery(api.sheets.example.queryOptions())

export const useSheet = (sheetId: number) => useQuery(api.sheets.get.queryOptions({ input: { sheetId } }))

/** The reference pictures of a sheet: what is here, what its rows name, what is missing. */
export const useReferences = (sheetId: number, mapping: ColumnMapping) =>
  useQuery(api.references.list.queryOptions({ input: { sheetId, mapping }, placeholderData: keepPreviousData }))

/** A small copy of any picture of the library, as an address for `img`. */
export const usePictureThumb = (sha256: string) =>
  useQuery(
    api.references.thumb.queryOptions({
      input: { sha256 },
      staleTime: Number.POSITIVE_INFINITY,
      select: ({ bytesBase64 }) => `data:image/webp;base64,${bytesBase64}`,
    }),
  )

/** A batch's sheet; `null` where the batch has none. */
export const useOptionalSheet = (sheetId: number | null) =>
  useQuery(api.sheets.get.queryOptions({ input: sheetId === null ? skipToken : { sheetId } }))

export const useBatches = () => useQuery(api.batches.list.queryOptions())

export const useBatch = (batchId: number | null) =>
  useQuery(api.batches.get.queryOptions({ input: batchId === null ? skipToken : { batchId } }))

/** Every tile of a filter in an order, as a window shows it. */
interface TilesInOrder {
  readonly ids: readonly number[]
  /** Runs of tiles of one row: the row's number and how many tiles follow. */
  readonly rows: readonly (readonly [number, number])[]
  readonly firstUndecided: number
  readonly total: number
  readonly order: TileOrder
}

/** Every tile id of a filter, in order. The former list stays on screen, in its order, until the new one is there. */
export const useTileList = (batchId: number, filter: TileFilter, order: TileOrder) =>
  useQuery<TilesInOrder>({
    queryKey: api.tiles.list.queryKey({ input: { batchId, filter, order } }),
    queryFn: async ({ signal }) => {
      const { ids, rows, ...rest } = await client.tiles.list({ batchId, filter, order }, { signal })
      return { ids: unpackNumbers(ids), rows: unpackRuns(rows), ...rest, order }
    },
    placeholderData: (previous, query) => (query && isOfBatch(query.queryKey, batchId) ? previous : undefined),
    // Comparing 50,000 numbers with their former selves costs more than taking the new ones.
    structuralSharing: false,
    gcTime: 60_000,
    ...(order !== 'sheet' && { staleTime: 0 }),
  })

/** Which drafts stand in which cell of a shoot-out. Marks move nothing in it: it stays as it was opened. */
export const useMatrix = (input: {
  batchId: number
  filter: TileFilter
  rowAxis: MatrixAxis
  columnAxis: MatrixAxis
}) =>
  useQuery(
    api.tiles.matrix.queryOptions({
      input,
      placeholderData: keepPreviousData,
      structuralSharing: false,
      staleTime: 60_000,
      gcTime: 0,
    }),
  )

/** What each column of a shoot-out was worth; asked again with the lists of tiles, after marks and new pictures. */
export const useShares = (input: { batchId: number; filter: TileFilter; columnAxis: MatrixAxis }) =>
  useQuery(api.tiles.shares.queryOptions({ input, placeholderData: keepPreviousData, gcTime: 0 }))

const listInput = z.object({
  input: z.object({ batchId: z.number(), filter: z.custom<TileFilter>().optional() }),
})

/** The batch and the filter of a query for a list of tiles, `null` for other queries. */
const listOf = (queryKey: readonly unknown[]) => listInput.safeParse(queryKey[1]).data?.input ?? null

const isOfBatch = (queryKey: readonly unknown[], batchId: number): boolean => listOf(queryKey)?.batchId === batchId

/** Fetches the lists of a batch again that a change may have made stale. */
export const refreshLists = async (queries: QueryClient, batchId: number, because: ListChange): Promise<void> => {
  const refresh = (queryKey: readonly unknown[], isStale: (filter: TileFilter) => boolean) =>
    queries.invalidateQueries({
      queryKey,
      predicate: (query) => {
        const list = listOf(query.queryKey)
        return list?.batchId === batchId && isStale(list.filter ?? {})
      },
    })
  await Promise.all([
    refresh(api.tiles.list.key(), (filter) => isListStale(filter, because)),
    refresh(api.tiles.shares.key(), () => true),
    refresh(api.tiles.matrix.key(), () => because === 'planned'),
  ])
}

/** What a run would make, cost and take; `null` asks nothing. */
export const useDraftPlan = (
  input: { sheetId: number; settings: DraftSettings; alwaysNew?: boolean; pricePerImageMicros?: number | null } | null,
) =>
  useQuery(
    api.generation.planDrafts.queryOptions({
      input: input ?? skipToken,
      placeholderData: keepPreviousData,
      gcTime: 0,
    }),
  )

export const useWildcards = () => useQuery(api.wildcards.list.queryOptions())

/** Some prompts of one row as they would be sent, made by the engine; the former ones stay until these are there. */
export const usePromptPreview = (input: {
  sheetId: number
  settings: PromptSettings
  row: number
  offset: number
  limit: number
}) => useQuery(api.templates.preview.queryOptions({ input, placeholderData: keepPreviousData, gcTime: 30_000 }))

export const useFinalPlan = (
  input: { batchId: number; targets: Targets; profile: FinalProfile | null; scale?: number } | null,
) =>
  useQuery(
    api.generation.planFinals.queryOptions({
      input: input ?? skipToken,
      placeholderData: keepPreviousData,
      gcTime: 0,
    }),
  )

export const useRerollPlan = (batchId: number) =>
  useQuery(
    api.generation.planRerolls.queryOptions({
      input: { batchId, targets: { kind: 'selector', batchId, selector: 're-roll' } },
      placeholderData: keepPreviousData,
      gcTime: 0,
    }),
  )

export const usePlanRows = (planId: string | null, offset = 0, limit = 100, outcome?: PlanRow['outcome']) =>
  useQuery(
    api.generation.planRows.queryOptions({
      input: planId === null ? skipToken : { planId, offset, limit, ...(outcome && { outcome }) },
      placeholderData: keepPreviousData,
    }),
  )

export const useQueue = () => useQuery(api.generation.queue.queryOptions())

/** What providers make in batches, the newest first, over all batches; `open`: without what is over. */
export const useRemoteBatches = ({ open }: { open: boolean }) =>
  useQuery(api.remoteBatches.list.queryOptions({ input: { open } }))

export const useFailures = (batchId: number | null) =>
  useQuery(api.generation.failures.queryOptions({ input: batchId === null ? skipToken : { batchId } }))

/** The details of some tiles outside of the grid, which keeps its own; at most 1,000. */
export const useTiles = (tileIds: readonly number[]) =>
  useQuery(
    api.tiles.many.queryOptions({ input: { tileIds: [...tileIds] }, staleTime: 0, placeholderData: keepPreviousData }),
  )

/** The newest 50 entries of the journal: one may name 1,000 tiles. */
export const useHistory = (batchId: number) =>
  useQuery(api.review.history.queryOptions({ input: { batchId, limit: 50 } }))

export const useDeliveryPlan = (input: DeliverySettings | null) =>
  useQuery(api.delivery.plan.queryOptions({ input: input ?? skipToken, placeholderData: keepPreviousData, gcTime: 0 }))

export const useDelivery = (deliveryId: number | null) =>
  useQuery(api.delivery.get.queryOptions({ input: deliveryId === null ? skipToken : { deliveryId } }))

/** What a batch, else the library, was last delivered with: read anew each time, as every delivery changes it. */
export const useLastDelivery = (batchId: number | null) =>
  useQuery(
    api.delivery.last.queryOptions({ input: batchId === null ? skipToken : { batchId }, staleTime: 0, gcTime: 0 }),
  )

export const useDeliveredFiles = (deliveryId: number | null) =>
  useQuery(api.delivery.files.queryOptions({ input: deliveryId === null ? skipToken : { deliveryId } }))

export const useBucketKey = (endpoint: string | null) =>
  useQuery(api.buckets.keyState.queryOptions({ input: { endpoint }, placeholderData: keepPreviousData }))

export const useDeliveries = (batchId: number) => useQuery(api.delivery.list.queryOptions({ input: { batchId } }))

export const useProviders = () => useQuery(api.providers.list.queryOptions())

export const useCustomServices = () => useQuery(api.customServices.list.queryOptions())

export const useSettings = () => useQuery(api.settings.get.queryOptions())
