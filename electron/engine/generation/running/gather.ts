import type { Progress, ProviderCall, ProviderSession } from '#engine/providers/provider.ts'
import type { OpenProvider } from '#engine/settings/settings.ts'
import type { Clock } from '#engine/storage/storage.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

interface Waiting {
  readonly request: GenerationRequest
  readonly call: ProviderCall
  readonly answer: (progress: Progress) => void
  readonly fail: (error: unknown) => void
}

/**
 * For services that take arrays: requests that are submitted within a moment go out as one call. Each job was claimed and
 * has its money reserved before it comes here, and each gets its own answer, so nothing else in the engine knows of
 * groups. A call that is lost is lost for all in it. What still waits when Proofsheet stops was not sent: `canceled`.
 */
export function openGather(clock: Clock, stopping: AbortSignal): (at: OpenProvider) => OpenProvider {
  const known = new WeakMap<ProviderSession, ProviderSession>()
  return (at) => {
    if (!at.session.submitMany || !at.session.group) return at
    const session = known.get(at.session) ?? gathering(at.session, clock, stopping)
    known.set(at.session, session)
    return { ...at, session }
  }
}

function gathering(session: ProviderSession, clock: Clock, stopping: AbortSignal): ProviderSession {
  const { most, gatherMs } = session.group ?? { most: 1, gatherMs: 0 }
  /** What waits, by the signal that ends it: a paid request outlasts a stop, a free one does not. */
  const groups = new Map<AbortSignal, Waiting[]>()

  function take(signal: AbortSignal, group: readonly Waiting[]): boolean {
    // A full one has gone already.
    return groups.get(signal) === group && groups.delete(signal)
  }

  async function send(signal: AbortSignal, group: readonly Waiting[]): Promise<void> {
    const [first] = group
    if (!first || !take(signal, group)) return
    try {
      const requests = group.map(({ request }) => request)
      const answers = (await session.submitMany?.(requests, first.call)) ?? []
      for (const [index, waiting] of group.entries()) {
        const answer = answers[index]
        if (answer === undefined) waiting.fail(new AppError('outcome-unknown', 'The service gave no result for it.'))
        else if (answer instanceof AppError) waiting.fail(answer)
        else waiting.answer(answer)
      }
    } catch (error) {
      for (const waiting of group) waiting.fail(error)
    }
  }

  function giveUp(signal: AbortSignal, group: readonly Waiting[]): void {
    if (!take(signal, group)) return
    for (const { fail } of group) fail(new AppError('canceled', 'Stopped before it was sent.', { billed: false }))
  }

  return {
    ...session,
    submit: (request, call) =>
      new Promise((answer, fail) => {
        const { signal } = call
        const group = groups.get(signal) ?? []
        groups.set(signal, group)
        group.push({ request, call, answer, fail })
        if (group.length >= most) void send(signal, group)
        else if (group.length === 1)
          void clock.sleep(gatherMs, stopping).then(
            () => send(signal, group),
            () => giveUp(signal, group),
          )
      }),
  }
}
