export interface FakeLimits {
  /** Requests in flight; null is no limit. */
  readonly concurrency: number | null
  /** Accepted requests in any span of `ms` that slides with time. */
  readonly windows: readonly { readonly requests: number; readonly ms: number }[]
}

export interface Gate {
  /** Null lets the request in and counts it; a number refuses it and says how many ms to wait. */
  admit(inFlight: number): number | null
  /** What OpenAI sends with every answer, for the first window. */
  headers(): Record<string, string>
}

export function openGate(limits: FakeLimits): Gate {
  const accepted: number[] = []
  const longestMs = Math.max(0, ...limits.windows.map(({ ms }) => ms))
  const inWindow = (ms: number, nowMs: number): number[] => accepted.filter((at) => at > nowMs - ms)
  return {
    admit: (inFlight) => {
      const nowMs = Date.now()
      while ((accepted[0] ?? nowMs) < nowMs - longestMs) accepted.shift()
      if (limits.concurrency !== null && inFlight > limits.concurrency) return 1_000
      for (const { requests, ms } of limits.windows) {
        const within = inWindow(ms, nowMs)
        if (within.length >= requests) return Math.max(1, (within[0] ?? nowMs) + ms - nowMs)
      }
      if (longestMs > 0) accepted.push(nowMs)
      return null
    },
    headers: () => {
      const [window] = limits.windows
      if (!window) return {}
      const within = inWindow(window.ms, Date.now())
      return {
        'x-ratelimit-limit-requests': String(window.requests),
        'x-ratelimit-remaining-requests': String(Math.max(0, window.requests - within.length)),
        'x-ratelimit-reset-requests': `${Math.max(0, (within[0] ?? 0) + window.ms - Date.now())}ms`,
      }
    },
  }
}
