import type { GenuineHook, HookDelivery } from '#engine/providers/provider.ts'

/** A delivery is too old after 5 minutes either way, so ids are remembered for longer than both. */
const rememberMs = 660_000
const mostRemembered = 20_000

/** `taken`: genuine, also where it came before; `refused`: not genuine; `later`: cannot be known now; `nowhere`: nobody reads it. */
export type HookOutcome = 'taken' | 'refused' | 'later' | 'nowhere'

export interface HookNeeds {
  /** Reads one that is genuine; null for one that is not, `undefined` where the provider takes none. Rejects where it cannot be known now. */
  readonly read: (provider: string, delivery: HookDelivery) => Promise<GenuineHook | null | undefined>
  readonly nudge: (provider: string, remoteId: string) => void
}

/** Takes in webhooks: each is verified by its provider, acted on once, and only ever makes a poll come sooner. */
export function openHookReceiver({ read, nudge }: HookNeeds) {
  const seen = new Map<string, number>()

  function isNew(id: string, nowMs: number): boolean {
    if (seen.has(id)) return false
    // The oldest stand first, so the first that is young enough ends the search.
    for (const [old, atMs] of seen) {
      if (nowMs - atMs < rememberMs && seen.size < mostRemembered) break
      seen.delete(old)
    }
    seen.set(id, nowMs)
    return true
  }

  return async (provider: string, delivery: HookDelivery): Promise<HookOutcome> => {
    try {
      const hook = await read(provider, delivery)
      if (hook === undefined) return 'nowhere'
      if (hook === null) return 'refused'
      if (isNew(JSON.stringify([provider, hook.deliveryId]), delivery.receivedMs))
        for (const remoteId of hook.remoteIds) nudge(provider, remoteId)
      return 'taken'
    } catch {
      return 'later' // Without the sender's key nobody knows; it sends again, and polling goes on meanwhile.
    }
  }
}
