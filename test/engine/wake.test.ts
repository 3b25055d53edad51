import { expect, test } from 'vitest'
import type { Provider } from '#engine/providers/provider.ts'
import type { Clock } from '#engine/storage/storage.ts'
import { serverError } from '#test/fake-provider/faults.ts'
import { fakeQueue } from '#test/fake-provider/queue-provider.ts'
import { fastClock } from './fast-clock.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

const hourMs = 3_600_000
const many = (count: number) => Array.from({ length: count }, (_, at) => `prompt ${at}`)

interface SleepyClock extends Clock {
  /** The machine sleeps: time goes on, and every wait that would have ended meanwhile ends at once. */
  suspend(ms: number): void
}

function sleepyClock(factor: number): SleepyClock {
  const base = fastClock(factor)
  let sleptMs = 0
  const waits = new Set<{ untilMs: number; end: () => void }>()
  const now = () => base.now() + sleptMs
  return {
    now,
    sleep(ms, signal) {
      const over = new AbortController()
      const wait = { untilMs: now() + ms, end: () => over.abort() }
      waits.add(wait)
      return base
        .sleep(ms, signal ? AbortSignal.any([signal, over.signal]) : over.signal)
        .catch((error: unknown) => {
          if (signal?.aborted) throw error
        })
        .finally(() => waits.delete(wait))
    },
    suspend(ms) {
      sleptMs += ms
      for (const wait of waits) if (wait.untilMs <= now()) wait.end()
    },
  }
}

/** When each job was asked for the first time after a moment, ms after it. */
function firstPolls(polled: readonly { id: string; atMs: number }[], fromMs: number): number[] {
  const after = polled.filter(({ atMs }) => atMs > fromMs + 20)
  return [...new Set(after.map(({ id }) => id))].map((id) => (after.find((one) => one.id === id)?.atMs ?? 0) - fromMs)
}

test('an hour of sleep with jobs polled, backing off and waiting for a rate: looked at again, no burst, none failed', async () => {
  const clock = sleepyClock(4)
  const polled: { id: string; atMs: number }[] = []
  const provider: Provider = {
    ...fakeQueue,
    open(settings, io) {
      const session = fakeQueue.open(settings, io)
      const poll: typeof session.poll = (handle, call) => {
        polled.push({ id: handle.pollUrl ?? '', atMs: Date.now() })
        return session.poll?.(handle, call) ?? Promise.reject(new Error('the queue is polled'))
      }
      return { ...session, poll }
    },
  }
  const { library, fake, start } = await openPaidLibrary({
    queue: true,
    engine: { clock, providers: [provider] },
    settings: { concurrency: 12, pollMs: 400 },
    fake: {
      latency: { kind: 'fixed', ms: 4000 },
      fault: ({ prompt }, attempt) => (prompt.endsWith('3') && attempt === 1 ? serverError(503) : null),
    },
  })
  const batchId = await start(many(30))
  await expect.poll(() => fake.ledger().remoteIds.length).toBe(12)
  const before = fake.ledger().requests
  clock.suspend(hourMs)
  const wokeMs = Date.now()
  await library.engine.generation.whenIdle(batchId)
  await expect.poll(() => library.engine.batches.get({ batchId }).drafts.left).toBe(0)
  const status = library.engine.batches.get({ batchId })
  expect(status).toMatchObject({ drafts: { done: 30, failed: 0, unknown: 0 }, settledMicros: 30 * priceMicros })
  expect(fake.ledger().billedMicros).toBe(30 * priceMicros)
  // Nothing starts in the first 3 seconds (0.75 of ours); what was out is polled meanwhile, one after the other.
  const afterMs = fake
    .ledger()
    .entries.slice(before)
    .map((entry) => entry.receivedMs - wokeMs)
  expect(afterMs.filter((ms) => ms < 700)).toEqual([])
  expect(fake.ledger().maxInFlight).toBeLessThanOrEqual(12)
  const polls = firstPolls(polled, wokeMs).filter((ms) => ms < 1500)
  expect(polls.length).toBeGreaterThanOrEqual(6)
  expect(Math.max(...polls) - Math.min(...polls)).toBeGreaterThan(200)
}, 30_000)

test('a rate is kept over the sleep, and the pace measured before it still tells the time left', async () => {
  const factor = 60
  const clock = sleepyClock(factor)
  const { library, fake, start } = await openPaidLibrary({
    engine: { clock },
    settings: { concurrency: 8, requestsPerMinute: 12 },
    // A minute takes a second here; 5 % shorter at the far end, as a request's way counts sixty-fold.
    fake: { latency: { kind: 'fixed', ms: 20 }, limits: { windows: [{ requests: 12, ms: (60_000 * 0.95) / factor }] } },
  })
  const batchId = await start(many(40))
  await expect.poll(() => fake.ledger().requests).toBe(12)
  await expect.poll(() => library.engine.batches.get({ batchId }).drafts.done).toBe(12)
  clock.suspend(hourMs)
  await expect.poll(() => fake.ledger().requests).toBeGreaterThan(14)
  expect(library.engine.batches.get({ batchId }).timeLeftMs).toBeLessThan(10 * 60_000)
  await expect.poll(() => library.engine.batches.get({ batchId }).drafts.left).toBe(0)
  expect(fake.ledger().requests).toBe(40 + fake.ledger().overLimit)
  expect(library.engine.batches.get({ batchId }).settledMicros).toBe(40 * priceMicros)
  // The far end did not sleep: what it refuses is only what a minute of its own had used up already.
  expect(library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 40, failed: 0, unknown: 0 })
}, 30_000)
