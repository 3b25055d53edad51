import type { Engine } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Lane } from '#shared/contract/generation.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { errorCodes, exitStatus } from '#shared/errors.ts'
import type { Call } from './call.ts'
import { showProgress } from './progress.ts'
import { type Stop, stopWaitMs } from './stop.ts'

/** What has been sent and spent, taken before and after a run, so that the run alone can be told. */
export interface Spent {
  readonly requests: number
  readonly settledMicros: number
}
export const nothingSpent: Spent = { requests: 0, settledMicros: 0 }

/** How a batch stands when a run has ended, and what this run did. */
export interface BatchRun {
  readonly status: BatchStatus
  readonly requests: number
  readonly settledMicros: number
  readonly failures: readonly { code: ErrorCode; message: string; count: number; atRiskMicros: number }[]
  /** Held tiles by reason. */
  readonly held: Readonly<Record<string, number>>
  /** Lanes that stand still with work of this batch in them. */
  readonly paused: readonly { provider: string; label: string; code: ErrorCode | null; message: string }[]
  readonly stopped: boolean
}

type Stage = 'drafts' | 'finals'

/** So long a full disk is waited for where nothing that is paid for would be lost by leaving. */
const roomWaitMs = 5000

/**
 * Waits, with progress on stderr, until nothing of the batch can go on by itself, something else is to be done (`until`),
 * or a person stops it. What a provider works at in remote batches is waited for where `waitsForProviders`. While the disk
 * refuses, pictures that are paid for wait in memory: they are waited for as long as requests that are out.
 */
export async function followRun(
  call: Call,
  { engine, stop }: { readonly engine: Engine; readonly stop: Stop },
  batchId: number,
  stage: Stage,
  before: Spent,
  { until, waitsForProviders = false }: { until?: Promise<unknown>; waitsForProviders?: boolean | undefined } = {},
): Promise<BatchRun> {
  const { generation } = engine
  const progress = showProgress(() => engine.batches.get({ batchId }), stage)
  const storage = watchStorage(call, engine, batchId)
  try {
    const idle = waitsForProviders ? generation.whenIdle(batchId) : generation.whenSent(batchId)
    await Promise.race([idle, stop.asked, storage.refused, ...(until ? [until] : [])])
  } finally {
    storage.end()
    progress.end()
  }
  if (storage.isRefused() || (stop.isAsked() && storage.losesNothing())) stop.leave()
  else if (stop.isAsked()) await stop.bringToRest(generation)
  return readRun(engine, batchId, before, stop.isAsked() && !storage.isRefused())
}

function readRun(engine: Engine, batchId: number, before: Spent, stopped: boolean): BatchRun {
  const status = engine.batches.get({ batchId })
  const { groups } = engine.generation.failures({ batchId })
  const queue = engine.generation.queue()
  const left = status.drafts.left + status.finals.left
  return {
    status,
    requests: status.requests - before.requests,
    settledMicros: status.settledMicros - before.settledMicros,
    failures: groups.map(({ code, message, count, atRiskMicros }) => ({ code, message, count, atRiskMicros })),
    held: queue.batches.find((batch) => batch.batchId === batchId)?.held ?? {},
    paused: left > 0 && !stopped ? queue.lanes.flatMap(pauseOf) : [],
    stopped,
  }
}

const pauseOf = ({ provider, label, paused }: Lane) => (paused ? [{ provider, label, ...paused }] : [])

/** Says when the disk refuses, and gives up when nothing that is paid for waits for it any longer. */
function watchStorage(call: Call, engine: Engine, batchId: number) {
  const { promise: refused, resolve } = Promise.withResolvers<void>()
  let sinceMs: number | null = null
  let isRefused = false
  const isPaidFor = (): boolean => engine.batches.get({ batchId }).reservedMicros > 0
  const timer = setInterval(() => {
    const sentence = engine.generation.storageSentence()
    if (sentence === null) {
      sinceMs = null
      return
    }
    if (sinceMs === null) call.out.note(`\n${sentence} Waiting for room; Ctrl+C leaves.`)
    sinceMs ??= performance.now()
    if (performance.now() - sinceMs < (isPaidFor() ? stopWaitMs : roomWaitMs)) return
    isRefused = true
    resolve()
  }, 500)
  return {
    refused,
    isRefused: () => isRefused,
    /** The disk refuses, and only free pictures wait for it: they can be made again. */
    losesNothing: () => engine.generation.storageSentence() !== null && !isPaidFor(),
    end: () => clearInterval(timer),
  }
}

/**
 * The exit status of a run by what it left: the highest counts, but a run that was stopped says so. What a sample
 * (`--first`) holds back was asked for, so it is no reason.
 */
export function statusOfRun(run: BatchRun, stages: readonly Stage[]): number {
  if (run.stopped) return exitStatus.stopped
  const count = (name: 'failed' | 'unknown' | 'left'): number =>
    stages.reduce((total, stage) => total + run.status[stage][name], 0)
  const held = Object.entries(run.held).reduce((total, [reason, many]) => total + (reason === 'sample' ? 0 : many), 0)
  const statuses: number[] = [
    exitStatus.allDone,
    ...(count('failed') > 0 ? [exitStatus.someFailed] : []),
    ...(count('unknown') > 0 ? [exitStatus.someUnknown] : []),
    ...(held > 0 || count('left') > (run.status.remote?.out ?? 0) ? [exitStatus.held] : []),
    ...run.paused.map(({ code }) => pauseStatus(code)),
  ]
  return Math.max(...statuses)
}

/** A lane that a person paused, or whose provider is down, holds its work; the others say why themselves. */
const pauseStatus = (code: ErrorCode | null): number =>
  code !== null && errorCodes[code].treatment === 'pause' ? errorCodes[code].exitStatus : exitStatus.held
