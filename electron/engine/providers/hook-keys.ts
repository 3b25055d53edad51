const keptForMs = 24 * 3_600_000
const askAgainMs = 60_000

/**
 * What a service signs its webhooks with: fetched when first needed, kept a day, and fetched once more when it does not fit,
 * at most once a minute whatever strangers send. Gives whether `fits` held. Rejects where the keys cannot be had now.
 */
export function keptKeys<Keys>(fetchKeys: () => Promise<Keys>) {
  let kept: { readonly keys: Keys; readonly sinceMs: number } | null = null
  let askedMs = Number.NEGATIVE_INFINITY
  let failure: unknown = null
  let asking: Promise<void> | null = null

  async function ask(nowMs: number): Promise<void> {
    askedMs = nowMs
    try {
      kept = { keys: await fetchKeys(), sinceMs: nowMs }
      failure = null
    } catch (error) {
      failure = error
    }
  }

  /** Joins a question that is out; false where it is too early for another one. */
  async function refresh(nowMs: number): Promise<boolean> {
    if (!asking && nowMs - askedMs < askAgainMs) return false
    asking ??= ask(nowMs).finally(() => {
      asking = null
    })
    await asking
    return true
  }

  return async (nowMs: number, fits: (keys: Keys) => boolean): Promise<boolean> => {
    if (!kept || nowMs - kept.sinceMs > keptForMs) await refresh(nowMs)
    if (!kept) throw failure
    if (fits(kept.keys)) return true
    return (await refresh(nowMs)) && fits(kept.keys)
  }
}
