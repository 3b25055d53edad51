import { useMutation, useQueryClient } from '@tanstack/react-query'
import type { Settings } from '#shared/contract/settings.ts'
import { client } from './client.ts'
import { api, queryKeys } from './queries.ts'

/*
 * What a person can change, as mutations. They name no stale queries: the engine's events do that,
 * but for the settings, which are drawn before the answer.
 */

export const useAddSheet = () => useMutation(api.sheets.add.mutationOptions())
/** Not shared between openings: a comparison counts for the sheets as they are now. */
export const useCompareSheet = () => useMutation(api.batches.compareSheet.mutationOptions())
export const useUpdateBatch = () => useMutation(api.batches.update.mutationOptions())
export const useWriteSheet = () => useMutation(api.batches.writeSheet.mutationOptions())
export const useAddWildcards = () => useMutation(api.wildcards.add.mutationOptions())
export const useRemoveWildcards = () => useMutation(api.wildcards.remove.mutationOptions())
export const useReadAgain = () => useMutation(api.sheets.readAgain.mutationOptions())

/** What columns are for, for every sheet with the same ones; sheets that are open say so afterwards. */
export function useMapColumns() {
  const client = useQueryClient()
  return useMutation(
    api.sheets.map.mutationOptions({ onSettled: () => client.invalidateQueries({ queryKey: queryKeys.sheets() }) }),
  )
}

export const useAddReference = () => useMutation(api.references.add.mutationOptions())
export const useFetchReferences = () => useMutation(api.references.fetch.mutationOptions())
export const usePlanAgain = () => useMutation(api.generation.planAgain.mutationOptions())
export const useRunPlan = () => useMutation(api.generation.run.mutationOptions())
export const useRelease = () => useMutation(api.generation.release.mutationOptions())
export const useQueueControl = () => useMutation(api.generation.control.mutationOptions())
export const useCancelRemote = () => useMutation(api.remoteBatches.cancel.mutationOptions())
export const useLookNow = () => useMutation(api.remoteBatches.lookNow.mutationOptions())
export const useWriteBatchFiles = () => useMutation(api.remoteBatches.writeOut.mutationOptions())
export const useReadResults = () => useMutation(api.remoteBatches.readIn.mutationOptions())
export const useRetry = () => useMutation(api.generation.retry.mutationOptions())
export const useResolveUnknown = () => useMutation(api.generation.resolveUnknown.mutationOptions())
export const useEditPrompt = () => useMutation(api.generation.editPrompt.mutationOptions())
export const useDismiss = () => useMutation(api.generation.dismiss.mutationOptions())
export const useStartDelivery = () => useMutation(api.delivery.start.mutationOptions())
export const useTestBucket = () => useMutation(api.buckets.test.mutationOptions())
export const useBucketLinks = () => useMutation(api.buckets.links.mutationOptions())

/** Keys of a bucket's endpoint; no event tells of them, so what is shown of them is asked for again. */
export function useSetBucketKey() {
  const client = useQueryClient()
  return useMutation(
    api.buckets.setKey.mutationOptions({
      onSettled: () => client.invalidateQueries({ queryKey: api.buckets.keyState.key() }),
    }),
  )
}

export const useConfigureProvider = () => useMutation(api.providers.configure.mutationOptions())
export const useSetKey = () => useMutation(api.providers.setKey.mutationOptions())
export const useCheckProvider = () => useMutation(api.providers.check.mutationOptions())
export const useTestService = () => useMutation(api.customServices.test.mutationOptions())
export const useSaveService = () => useMutation(api.customServices.save.mutationOptions())
export const useRemoveService = () => useMutation(api.customServices.remove.mutationOptions())
export const useRefreshProvider = () => useMutation(api.providers.refresh.mutationOptions())
export const useSetModel = () => useMutation(api.providers.setModel.mutationOptions())
export const useVerifyLibrary = () => useMutation(api.library.verify.mutationOptions())

const settingsChange = ['settings', 'change'] as const

/** Changes some settings: shown at once, put back on an error. */
export function useChangeSettings() {
  const queries = useQueryClient()
  return useMutation({
    mutationKey: settingsChange,
    mutationFn: (change: Partial<Settings>) => client.settings.set(change),
    // In the same breath as the press: the next press reads what this one chose.
    onMutate: (change) => {
      const before = queries.getQueryData<Settings>(queryKeys.settings())
      if (before) queries.setQueryData<Settings>(queryKeys.settings(), { ...before, ...change })
      void queries.cancelQueries({ queryKey: queryKeys.settings() }, { revert: false })
      return { before }
    },
    onError: (_error, _change, context) => {
      if (context?.before) queries.setQueryData(queryKeys.settings(), context.before)
    },
    // An older answer is no news while a newer change is on its way.
    onSuccess: (stored) => {
      if (queries.isMutating({ mutationKey: settingsChange }) <= 1) queries.setQueryData(queryKeys.settings(), stored)
    },
  })
}
