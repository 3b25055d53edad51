/** Before the first, second and third repeat: 1 s, x 1.5 each time, never over 10 s, spread by a fifth either way. */
export function retryDelayMs(retries: number, random: () => number = Math.random): number {
  const base = Math.min(10_000, 1000 * 1.5 ** retries)
  return Math.round(base * (0.8 + 0.4 * random()))
}

/** How often a request is repeated by itself. */
export const maxRetries = 3

/** How often a job may be told to wait by a limit before it counts as failed. */
export const maxWaits = 50
