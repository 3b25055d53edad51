import { isDeepStrictEqual } from 'node:util'
import pLimit from 'p-limit'
import type { Job } from '#engine/jobs/jobs.ts'
import type { Limits } from '#engine/providers/provider.ts'
import type { ErrorCode } from '#shared/errors.ts'
import { openPace } from './pace.ts'
import { type RateLimit, rateWindow } from './rate-window.ts'

export interface LanePause {
  /** Null where a person paused it. */
  readonly code: ErrorCode | null
  readonly message: string
  /** When the lane tries again by itself, ms since 1970; null where it waits for a person. */
  readonly retryAtMs: number | null
}

type Headers = Readonly<Record<string, string>>

/** After so many jobs in a row without an answer the provider counts as down. */
const failuresUntilDown = 8
const downForMs = 60_000
/** Longer than a kept connection is used again. */
const wakeWaitMs = 3000
/** Answers that are looked at before the number of slots changes. */
const answersRemembered = 20

/** One provider's line of work: its slots, its rate, what it learnt of its limits, and why it stands still. */
export class Lane {
  readonly provider: string
  readonly running = new Map<number, Job>()
  readonly pace = openPace()
  pause: LanePause | null = null
  /** No route to the network: the lane waits a little and tries again, over and over. */
  isOffline = false
  private waitUntilMs = 0
  private limits: Limits
  private readonly slots
  private readonly window
  private slotCount: number
  private learntPerMinute: number | null = null
  /** The newest 429, or when the learnt rate was last raised. */
  private refusedMs = 0
  /** Since when there was always something to send, as far as this process knows; null while there is not. */
  private busySinceMs: number | null = null
  private lastRefusals: boolean[] = []
  private failuresInARow = 0
  private lastFailure: unknown = null
  /** After a pause the first answer decides whether the others may follow. */
  private isProbing = false
  private wokeMs = 0

  constructor(provider: string, limits: Limits, started: readonly number[]) {
    this.provider = provider
    this.limits = limits
    this.slotCount = limits.concurrency
    this.slots = pLimit(limits.concurrency)
    this.window = rateWindow(started)
  }

  get concurrency(): number {
    return this.isProbing ? 1 : this.slotCount
  }

  /** Requests a minute: what was set, or what the provider was found to allow, whichever is less; null for no limit. */
  get perMinute(): number | null {
    const known = [this.limits.requestsPerMinute, this.learntPerMinute].filter((limit) => limit !== null)
    return known.length > 0 ? Math.min(...known) : null
  }

  get free(): number {
    return this.concurrency - this.slots.activeCount - this.slots.pendingCount
  }

  /** Changed limits count at once: for what runs, slots are only taken away as it ends. */
  adopt(limits: Limits): void {
    if (isDeepStrictEqual(limits, this.limits)) return
    this.limits = limits
    this.learntPerMinute = null
    this.lastRefusals = []
    this.setSlots(limits.concurrency)
  }

  /**
   * The machine slept, or this process stood still: connections may be dead and the network not yet back. Nothing starts
   * for a moment, then one request shows the way before the others follow.
   */
  wake(nowMs: number): void {
    this.waitUntil(nowMs + wakeWaitMs)
    this.isProbing = true
    this.wokeMs = nowMs
    this.pace.idle()
  }

  private rateLimits(): RateLimit[] {
    const windows: [number | null, number][] = [
      [this.perMinute, 60_000],
      [this.limits.imagesPerHour, 3_600_000],
      [this.limits.imagesPerDay, 86_400_000],
    ]
    return windows.flatMap(([count, windowMs]) => (count === null ? [] : [{ count, windowMs }]))
  }

  /** When the next request may start, ms since 1970; `now` where it may at once. */
  freeFromMs(nowMs: number): number {
    return Math.max(this.waitUntilMs, this.window.freeFromMs(nowMs, this.rateLimits()))
  }

  /** How many requests may start now, as far as slots and rates are concerned. */
  startsNow(nowMs: number): number {
    if (this.freeFromMs(nowMs) > nowMs) return 0
    // One at least, however the two sums of times with fractions were rounded.
    return Math.min(this.free, Math.max(1, this.window.freeNow(nowMs, this.rateLimits())))
  }

  waitUntil(ms: number): void {
    this.waitUntilMs = Math.max(this.waitUntilMs, ms)
  }

  /** Runs the job's exchange in a slot; the slot is free again when that promise ends. */
  start(job: Job, nowMs: number, work: () => Promise<void>): void {
    this.running.set(job.id, job)
    this.window.start(nowMs)
    this.busySinceMs ??= nowMs
    this.pace.started(nowMs)
    void this.slots(work)
  }

  ended(job: Job): void {
    if (this.running.get(job.id) === job) this.running.delete(job.id)
    if (this.running.size > 0) return
    this.pace.idle()
    // With a rate of its own, an empty lane may well be waiting for its turn.
    if (this.learntPerMinute === null) this.busySinceMs = null
  }

  /** A reply with a picture, or with a verdict on the request: the provider is there. */
  answered(durationMs: number, nowMs: number, isPicture = true): void {
    // Where the machine slept in between, the duration says nothing.
    if (isPicture && nowMs - durationMs >= this.wokeMs) this.pace.answered(durationMs, nowMs)
    this.failuresInARow = 0
    this.isProbing = false
    this.isOffline = false
    this.remember(false)
    if (this.learntPerMinute !== null && nowMs - this.refusedMs > 60_000) {
      this.learntPerMinute = Math.ceil(this.learntPerMinute * 1.1)
      this.refusedMs = nowMs
    }
    if (this.slotCount < this.limits.concurrency && this.lastRefusals.every((isRefusal) => !isRefusal)) {
      this.setSlots(this.slotCount + 1)
    }
  }

  /**
   * A 429: the lane waits as told, and the rate becomes what was let in over the time until it may go on; where the lane
   * was idle meanwhile, since it has been busy, as nobody was let in while nothing was sent. Most of the last answers
   * refused: half the slots.
   */
  refused(waitMs: number, nowMs: number): void {
    this.waitUntil(nowMs + waitMs)
    this.failuresInARow = 0
    this.refusedMs = nowMs
    this.remember(true)
    const refusals = this.lastRefusals.filter(Boolean).length
    const rateSince = (ms: number): number => {
      const { count, sinceMs } = this.window.startedSince(ms)
      return Math.ceil(((count - refusals) * 60_000) / Math.max(1, nowMs - sinceMs + waitMs))
    }
    const rate = Math.max(rateSince(nowMs - 60_000), rateSince(Math.max(nowMs - 60_000, (this.busySinceMs ?? 0) - 1)))
    if (rate > 0) this.learntPerMinute = rate
    if (this.lastRefusals.length >= answersRemembered && refusals > answersRemembered / 2) {
      this.setSlots(Math.max(1, Math.floor(this.slotCount / 2)))
      this.lastRefusals = []
    }
  }

  /**
   * No answer, or a whole 5xx. After several jobs in a row the lane pauses and tries again by itself. One failure that
   * ends a whole array of requests counts once.
   */
  failed(message: string, nowMs: number, failure: unknown): void {
    if (failure === this.lastFailure) return
    this.lastFailure = failure
    this.failuresInARow++
    if (this.failuresInARow < failuresUntilDown && !this.isProbing) return
    this.pause ??= { code: 'provider-unavailable', message, retryAtMs: nowMs + downForMs }
  }

  /** Ends a pause: at once where a person says so, else when its time is over. */
  resume(nowMs: number, isAsked: boolean): void {
    if (!this.pause) return
    const isOver = this.pause.retryAtMs !== null && this.pause.retryAtMs <= nowMs
    if (!isAsked && !isOver) return
    this.isProbing = this.pause.code === 'provider-unavailable'
    this.failuresInARow = 0
    this.pause = null
  }

  /**
   * Reads the limits that a reply names (OpenAI's names, used by others too; read 2026-11). A request is a picture, so that
   * of its limits for requests and for images the lower one counts.
   */
  learn(headers: Headers, nowMs: number): void {
    const named = countedKinds.map((kind) => Number(headers[`x-ratelimit-limit-${kind}`]))
    const limits = named.filter((perMinute) => Number.isInteger(perMinute) && perMinute > 0)
    if (limits.length > 0) this.learntPerMinute = Math.min(...limits)
    for (const kind of countedKinds) {
      if (headers[`x-ratelimit-remaining-${kind}`] !== '0') continue
      const resetMs = durationFrom(headers[`x-ratelimit-reset-${kind}`] ?? '')
      if (resetMs !== null && resetMs <= 60_000) this.waitUntil(nowMs + resetMs)
    }
  }

  /** How long `requests` take at today's limits and measured times, in ms; null while nothing was measured. */
  durationMs(requests: number, nowMs: number): number | null {
    if (requests === 0) return 0
    const byRate = Math.max(
      0,
      ...this.rateLimits().map(({ count, windowMs }) => Math.max(0, requests - count) * (windowMs / count)),
    )
    const byPace = this.pace.durationMs(requests, this.concurrency, nowMs)
    if (byPace === null) return byRate > 0 ? Math.round(byRate) : null
    return Math.round(Math.max(byRate, byPace))
  }

  private remember(isRefusal: boolean): void {
    this.lastRefusals.push(isRefusal)
    if (this.lastRefusals.length > answersRemembered) this.lastRefusals.shift()
  }

  private setSlots(count: number): void {
    this.slotCount = count
    this.slots.concurrency = count
  }
}

const countedKinds = ['requests', 'images'] as const

/** `1s`, `6m0s`, `120ms`, or plain seconds. */
function durationFrom(text: string): number | null {
  const units: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 }
  const parts = [...text.matchAll(/(\d+(?:\.\d+)?)(ms|s|m|h)?/g)]
  if (parts.length === 0 || parts.map((part) => part[0]).join('') !== text.trim()) return null
  return parts.reduce((sum, [, amount, unit]) => sum + Number(amount) * (units[unit ?? 's'] ?? 1000), 0)
}
