import pLimit from 'p-limit'
import type { Job } from '#engine/jobs/jobs.ts'
import type { Limits } from '#engine/providers/provider.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { rateWindow } from './rate-window.ts'

export interface LanePause {
  /** Null where a person paused it. */
  readonly code: ErrorCode | null
  readonly message: string
}

/** One provider's line of work: its slots, its rate, and why it stands still. */
export class Lane {
  readonly provider: string
  readonly running = new Map<number, Job>()
  /** The whole lane waits until then, as the provider told. */
  waitUntilMs = 0
  pause: LanePause | null = null
  /** Set while the lane waits for a route to the network. */
  isOffline = false
  /** Mean time from claim to reply in ms, of the newest answers; null before the first. */
  meanMs: number | null = null
  concurrency: number
  readonly perMinute: number | null
  private readonly slots
  private readonly window

  constructor(provider: string, limits: Limits, started: readonly number[]) {
    this.provider = provider
    this.concurrency = limits.concurrency
    this.perMinute = limits.requestsPerMinute
    this.slots = pLimit(limits.concurrency)
    this.window = rateWindow(windowsOf(limits), started)
  }

  get free(): number {
    return this.concurrency - this.slots.activeCount - this.slots.pendingCount
  }

  /** When the next request may start, ms since 1970; `now` where it may at once. */
  freeFromMs(nowMs: number): number {
    return Math.max(this.waitUntilMs, this.window.freeFromMs(nowMs))
  }

  /** Runs the job's exchange in a slot; the slot is free again when that promise ends. */
  start(job: Job, nowMs: number, work: () => Promise<void>): void {
    this.running.set(job.id, job)
    this.window.start(nowMs)
    void this.slots(work)
  }

  answered(durationMs: number): void {
    this.meanMs = this.meanMs === null ? durationMs : this.meanMs * 0.95 + durationMs * 0.05
  }

  waitUntil(ms: number): void {
    this.waitUntilMs = Math.max(this.waitUntilMs, ms)
  }

  /** How long `requests` take at today's limits and measured times, in ms; null while nothing was measured. */
  durationMs(requests: number): number | null {
    const byRate = this.perMinute ? (requests / this.perMinute) * 60_000 : 0
    const bySlots = this.meanMs === null ? null : Math.ceil(requests / this.concurrency) * this.meanMs
    return bySlots === null ? (byRate > 0 ? Math.round(byRate) : null) : Math.round(Math.max(byRate, bySlots))
  }
}

const windowsOf = (limits: Limits) =>
  [
    { count: limits.requestsPerMinute, windowMs: 60_000 },
    { count: limits.imagesPerHour, windowMs: 3_600_000 },
    { count: limits.imagesPerDay, windowMs: 86_400_000 },
  ].flatMap(({ count, windowMs }) => (count === null ? [] : [{ count, windowMs }]))
