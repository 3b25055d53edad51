import { z } from 'zod'
import { type Job, type Jobs, requestOf } from '#engine/jobs/jobs.ts'
import type { Network } from '#engine/network/network.ts'
import type { Cost, Output, Progress, ProviderCall } from '#engine/providers/provider.ts'
import type { OpenProvider } from '#engine/settings/settings.ts'
import type { Clock } from '#engine/storage/storage.ts'
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
  readonly jobs: Jobs
  /** Runs it as a transaction; while the library cannot be written, waits until it can. Rejects by the signal. */
  readonly store: (work: () => void, signal: AbortSignal) => Promise<void>
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

/** A wait that ends so much late was interrupted: the machine slept, or this process stood still. */
export const asleepAfterMs = 30_000
/** After that, polls are spread over so long. */
const spreadMs = 3000

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
  const progress = await follow(needs, job, at, begun, call, stops.paid)
  if (
    progress.outputs.some((output) => output.kind === 'url') &&
    progress.outputs.every((output) => output.kind !== 'bytes')
  ) {
    const outputsJson = JSON.stringify({ outputs: progress.outputs, settled: progress.settled })
    await storeAccepted(needs, () => needs.jobs.toSaving(job.id, outputsJson), stops.paid)
  }
  return { answers: await fetchAll(needs, job, at, progress.outputs, stops.paid), settled: progress.settled }
}

const asItIs = new Error('left as it is')
const leave = (why: string) => new AppError('canceled', why, { cause: asItIs })
/** The exchange ended and says nothing about its job: that stays as it is stored. */
export const isLeftAsItIs = (error: unknown): boolean => error instanceof AppError && error.cause === asItIs

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
  if (job.state === 'unknown') {
    const lost = new AppError('outcome-unknown', 'The reply was lost, and the provider does not list the request.')
    const found = await lookUp(needs, job, at, call)
    const stored = needs.jobs.get(job.id)?.state
    const isFree = job.estimateMicros === 0
    if (stored !== 'unknown' && !(isFree && stored === 'submitting'))
      throw leave('A person decided about this request while it was looked up.')
    if (found) return found
    // Nobody has it, and it costs nothing: then it is asked for again.
    if (!isFree) throw lost
  }
  try {
    return await at.session.submit(requestOf(job), paidCall)
  } catch (error) {
    if (errorCodeOf(error) !== 'outcome-unknown' || at.provider.lostReply !== 'find') throw error
    const found = await lookUp(needs, job, at, call)
    if (found) return found
    if (job.estimateMicros === 0 && call.signal.aborted) throw leave('The next start looks it up.')
    throw error
  }
}

/**
 * Asks the provider what became of a request whose reply was lost; nothing is sent again. Null where it does not know it,
 * or where Proofsheet stops before it is known: it may have been made all the same.
 */
async function lookUp(needs: ExchangeNeeds, job: Job, at: OpenProvider, call: ProviderCall): Promise<Progress | null> {
  const sinceMs = job.updatedMs - 60_000
  for (let misses = 0; misses < 4 && !call.signal.aborted; misses++) {
    try {
      const found = await at.session.find?.(requestOf(job), sinceMs, call)
      if (found) return found
    } catch (error) {
      const code = errorCodeOf(error)
      if (code === 'auth') return null
      // What it found has ended without a picture: that is an answer, too.
      const isVerdict = code === 'content-policy' || code === 'model-failed' || code === 'canceled'
      if (isVerdict && !call.signal.aborted) throw error
    }
    // Ended by the signal only.
    await needs.clock.sleep(retryDelayMs(misses), call.signal).catch(() => undefined)
  }
  return null
}

/** What the provider accepted is stored, however long that takes; given up, nobody knows what becomes of it. */
async function storeAccepted(needs: ExchangeNeeds, work: () => void, signal: AbortSignal): Promise<void> {
  try {
    await needs.store(work, signal)
  } catch (error) {
    if (!signal.aborted) throw error
    const sentence = 'The provider took the request, and the library could not be written until Proofsheet stopped.'
    throw new AppError('outcome-unknown', sentence, { cause: error })
  }
}

type Done = Extract<Progress, { state: 'done' }>

/** Polls until the provider is done. The handle is stored before the first poll; a failed poll costs nothing and is repeated. */
async function follow(
  needs: ExchangeNeeds,
  job: Job,
  at: OpenProvider,
  first: Progress,
  call: ProviderCall,
  abandoned: AbortSignal,
): Promise<Done> {
  let progress = first
  let misses = 0
  let storedHandle = job.state === 'running' ? job.handleJson : null
  while (progress.state === 'pending') {
    const { handle, pollAfterMs } = progress
    const handleJson = JSON.stringify(handle)
    if (handleJson !== storedHandle) {
      await storeAccepted(needs, () => needs.jobs.toRunning(job.id, handleJson), abandoned)
      storedHandle = handleJson
    }
    if (!at.session.poll)
      throw new AppError('bad-response', `${at.provider.label} gave a job to follow and has no way to follow it.`)
    const waitMs = misses > 0 ? retryDelayMs(misses) : pollAfterMs
    const dueMs = needs.clock.now() + waitMs
    await unlessStopped(needs.nudges.wait(job.provider, handle, waitMs, call.signal))
    // The machine slept: everything is due at once, and is asked one after the other.
    if (needs.clock.now() - dueMs > asleepAfterMs)
      await sleepUnlessStopped(needs.clock, Math.random() * spreadMs, call.signal)
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

/** The pictures of a reply, those with addresses fetched until they are here or gone for good. */
export function fetchAll(
  needs: Pick<ExchangeNeeds, 'network' | 'clock'>,
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
  needs: Pick<ExchangeNeeds, 'network' | 'clock'>,
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
