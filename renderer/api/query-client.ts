import { QueryClient } from '@tanstack/react-query'
import { errorCodeOf } from '#shared/errors.ts'

/**
 * The engine is on this machine and says what changed, so nothing is fetched again by age or by focus.
 * An error with a code is an answer: only a call that got none is tried again.
 */
export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: Number.POSITIVE_INFINITY,
      networkMode: 'always',
      refetchOnWindowFocus: false,
      refetchOnReconnect: false,
      retry: (count, error) => count < 3 && errorCodeOf(error) === null,
      retryDelay: (count) => Math.min(4000, 300 * 2 ** count),
    },
    mutations: { networkMode: 'always', retry: false },
  },
})
