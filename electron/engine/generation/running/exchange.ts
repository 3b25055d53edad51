import { z } from 'zod'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { Cost, Output, Progress, ProviderCall } from '#engine/providers/provider.ts'
import type { OpenProvider } from '#engine/settings/settings.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import type { Nudges } from './nudges.ts'
import { retryDelayMs } from './retry-delay.ts'

/** What a job's request gave, all of it here: bytes, or the words of a refusal. */
export type Answer =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly seed: number | null }
  | { readonly kind: 'withheld'; readonly reason: string; readonly billed: boolean | null }

export interface Answers {
  readonly answers: readonly Answer[]
  /** The provider's own figure; null where it gave none. */
  readonly settled: Cost | null
}

export interface ExchangeNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly network: Network
  readonly clock: Clock
  readonly nudges: Nudges
  readonly input: (sha256: string) => Promise<Uint8Array>
  readonly onHeaders: (status: number, headers: Readonly<Record<string, string>>) => void
}

const handleSchema = z.record(z.string(), z.string())

/** Only outputs with addresses are stored: they are what is left to fetch after a restart. */
const storedOutputs = z.object({
  outputs: z.array(
    z.union([
      z.object({ kind: z.literal('url'), url: z.string(), seed: z.int().nullable() }),
      z.object({ kind: z.literal('withheld'), reason: z.string(), billed: z.boolean().nullable() }),
    ]),
  ),
  settled: z.object({ micros: z.int(), currency: z.string() }).nullable(),
})

const maxDownloadBytes = { draft: 32 * 1024 * 1024, final: 256 * 1024 * 1024 } as const

/** What ends when Proofsheet stops, and what is waited for. */
export interface Stops {
  /** Polls and waits: the handle is stored, the next start goes on. */
  readonly following: AbortSignal
  /** Requests that may cost money, and downloads: only a second stop gives them up. */
  readonly paid: AbortSignal
}

/**
 * Everything between a claimed job and the bytes of its reply: submit, follow, fetch. Each step is stored before the next
 * is taken. A job that was `running` or `saving` goes on from where it was. Throws AppError.
 */
export async function exchange(needs: ExchangeNeeds, job: Job, at: OpenProvider, stops: Stops): Promise<Answers> {
  const callWith = (signal: AbortSignal): ProviderCall => ({ signal, input: needs.input, onHeaders: needs.onHeaders })
  const call = callWith(stops.following)
  if (job.state === 'saving' && job.outputsJson) {
    const { outputs, settled } = storedOutputs.parse(JSON.parse(job.outputsJson))
    return { answers: await fetchAll(needs, job, at, outputs, stops.paid), settled }
  }
  const begun = await begin(needs, job, at, call, callWith(job.estimateMicros === 0 ? stops.following : stops.paid))
  const progress = await follow(needs, job, at, begun, call)
  if (
    progress.outputs.some((output) => output.kind === 'url') &&
    progress.outputs.every((output) => output.kind !== 'bytes')
  ) {
    const outputsJson = JSON.stringify({ outputs: progress.outputs, settled: progress.settled })
    needs.storage.transaction(() => needs.jobs.toSaving(job.id, outputsJson))
  }
  return { answers: await fetchAll(needs, job, at, progress.outputs, stops.paid), settled: progress.settled }
}

/** Where a job stands at its provider: its stored handle, or what submitting it gave, or what looking it up found. */
async function begin(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  call: ProviderCall,
  paidCall: ProviderCall,
): Promise<Progress> {
  if (job.state === 'running' && job.handleJson)
    return { state: 'pending', handle: handleSchema.parse(JSON.parse(job.handleJson)), pollAfterMs: 0, fraction: null }
  const lost = new AppError('outcome-unknown', 'The reply was lost, and the provider does not list the request.')
  if (job.state === 'unknown') return lookUp(needs, job, at, call, lost)
  try {
    return await at.session.submit(requestOf(job), paidCall)
  } catch (error) {
    if (errorCodeOf(error) !== 'outcome-unknown' || at.provider.lostReply !== 'find') throw error
    return lookUp(needs, job, at, call, error)
  }
}

/** Asks the provider what became of a request whose reply was lost; nothing is sent again. */
async function lookUp(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  call: ProviderCall,
  lost: unknown,
): Promise<Progress> {
  const sinceMs = job.updatedMs - 60_000
  for (let misses = 0; misses < 4; misses++) {
    try {
      const found = await at.session.find?.(requestOf(job), sinceMs, call)
      if (found) return found
    } catch (error) {
      if (errorCodeOf(error) === 'auth') throw lost
    }
    await sleepUnlessStopped(needs.clock, retryDelayMs(misses), call.signal)
  }
  throw lost
}

type Done = Extract<Progress, { state: 'done' }>

/** Polls until the provider is done. The handle is stored before the first poll; a failed poll costs nothing and is repeated. */
async function follow(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  first: Progress,
  call: ProviderCall,
): Promise<Done> {
  let progress = first
  let misses = 0
  let storedHandle = job.state === 'running' ? job.handleJson : null
  while (progress.state === 'pending') {
    const { handle, pollAfterMs } = progress
    const handleJson = JSON.stringify(handle)
    if (handleJson !== storedHandle) {
      needs.storage.transaction(() => needs.jobs.toRunning(job.id, handleJson))
      storedHandle = handleJson
    }
    if (!at.session.poll)
      throw new AppError('bad-response', `${at.provider.label} gave a job to follow and has no way to follow it.`)
    const waitMs = misses > 0 ? retryDelayMs(misses) : pollAfterMs
    await unlessStopped(needs.nudges.wait(job.provider, handle, waitMs, call.signal))
    try {
      progress = await at.session.poll(handle, call)
      misses = 0
    } catch (error) {
      const code = errorCodeOf(error)
      if (code !== 'provider-unavailable' && code !== 'rate-limited' && code !== 'outcome-unknown') throw error
      if (call.signal.aborted) throw stoppedFollowing(error)
      misses++
    }
  }
  return progress
}

const sleepUnlessStopped = (clock: Clock, ms: number, signal: AbortSignal): Promise<void> =>
  unlessStopped(clock.sleep(ms, signal))

async function unlessStopped(sleep: Promise<void>): Promise<void> {
  try {
    await sleep
  } catch (error) {
    throw stoppedFollowing(error)
  }
}

/** The job stays `running` with its handle: the next start goes on following it. */
const stoppedFollowing = (cause: unknown): AppError =>
  new AppError('canceled', 'Stopped while the provider was still working; the next start goes on.', { cause })

function fetchAll(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  outputs: readonly Output[],
  signal: AbortSignal,
): Promise<Answer[]> {
  return Promise.all(
    outputs.map(async (output): Promise<Answer> => {
      if (output.kind !== 'url') return output
      return { kind: 'bytes', bytes: await fetchOne(needs, job, at, output.url, signal), seed: output.seed }
    }),
  )
}

async function fetchOne(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  url: string,
  signal: AbortSignal,
): Promise<Uint8Array> {
  for (let misses = 0; ; misses++) {
    try {
      const options = { signal, maxBytes: maxDownloadBytes[job.stage], allowedOrigin: at.origin }
      return (await needs.network.download(url, options)).bytes
    } catch (error) {
      if (signal.aborted) throw stoppedFollowing(error)
      // The picture is paid for and its address stored: it is fetched again until it is here, gone for good, or we stop.
      if (errorCodeOf(error) !== 'provider-unavailable') throw error
      await sleepUnlessStopped(needs.clock, retryDelayMs(misses), signal)
    }
  }
}
