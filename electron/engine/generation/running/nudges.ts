import type { Handle } from '#engine/providers/provider.ts'
import type { Clock } from '#engine/storage/storage.ts'

/** After a webhook from a provider its polls are this much rarer, up to 15 s apart, for so long. They never stop. */
const slowerBy = 4
const slowestMs = 15_000
const trustedForMs = 300_000
/** Webhooks of jobs that nobody waits for yet: the newest are remembered. */
const mostEarly = 1_000

export type Nudges = ReturnType<typeof openNudges>

/** Waits between polls that a provider's webhook can end. A nudge says when to ask, never what became of a job. */
export function openNudges(clock: Clock) {
  const waiting = new Map<string, () => void>()
  const early = new Set<string>()
  const lastMs = new Map<string, number>()
  const nameOf = (provider: string, remoteId: string): string => JSON.stringify([provider, remoteId])

  return {
    /** The job with this id in its handle is polled at once; one that nobody waits for yet, as soon as somebody does. */
    nudge(provider: string, remoteId: string): void {
      lastMs.set(provider, clock.now())
      const name = nameOf(provider, remoteId)
      const wake = waiting.get(name)
      if (wake) return wake()
      early.add(name)
      if (early.size > mostEarly) for (const oldest of [...early].slice(0, mostEarly / 10)) early.delete(oldest)
    },

    /** Resolves after `ms` (more while webhooks come), or when the job is nudged. Rejects as `clock.sleep` does. */
    async wait(provider: string, handle: Handle, ms: number, signal: AbortSignal): Promise<void> {
      const names = Object.values(handle).map((value) => nameOf(provider, value))
      const isEarly = names.map((name) => early.delete(name)).includes(true)
      if (isEarly) return
      const isTrusted = clock.now() - (lastMs.get(provider) ?? Number.NEGATIVE_INFINITY) < trustedForMs
      const woken = new AbortController()
      const wake = () => woken.abort()
      for (const name of names) waiting.set(name, wake)
      try {
        await clock.sleep(
          isTrusted ? Math.max(ms, Math.min(ms * slowerBy, slowestMs)) : ms,
          AbortSignal.any([signal, woken.signal]),
        )
      } catch (error) {
        if (signal.aborted || !woken.signal.aborted) throw error
      } finally {
        for (const name of names) if (waiting.get(name) === wake) waiting.delete(name)
      }
    },
  }
}
