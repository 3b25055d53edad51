import { describe, expect, test } from 'vitest'
import { createEventLog, type EventLog } from '#api/event-log.ts'
import { joinEvents } from '#api/join-events.ts'
import type { NumberedEvent } from '#shared/contract/events.ts'

/** A timer wound by hand: `ring` runs what is due, once. */
function handTimer() {
  const tasks = new Map<number, { ms: number; task: () => void }>()
  let next = 0
  return {
    timer: (ms: number, task: () => void) => {
      const key = next++
      tasks.set(key, { ms, task })
      return () => void tasks.delete(key)
    },
    waits: () => [...tasks.values()].map((entry) => entry.ms),
    ring: () => {
      const due = [...tasks.values()]
      tasks.clear()
      for (const { task } of due) task()
    },
  }
}

function logByHand(nowMs = 1_000_000) {
  const hand = handTimer()
  const log = createEventLog({ now: () => nowMs, timer: hand.timer })
  return { log, ...hand, first: nowMs * 1000 + 1 }
}

async function take(log: EventLog, count: number, after: number | null): Promise<NumberedEvent[]> {
  const found: NumberedEvent[] = []
  const events = log.follow(after)
  while (found.length < count) {
    const { done, value } = await events.next()
    if (done) break
    found.push({ number: value.number, event: value.event })
  }
  await events.return?.()
  return found
}

describe('joining a burst', () => {
  test('tiles of one batch become one event, each tile once, batches apart', () => {
    const joined = joinEvents([
      { kind: 'tiles-changed', batchId: 1, tileIds: [1, 2] },
      { kind: 'queue-changed' },
      { kind: 'tiles-changed', batchId: 2, tileIds: [9] },
      { kind: 'tiles-changed', batchId: 1, tileIds: [2, 3] },
      { kind: 'queue-changed' },
      { kind: 'marks-changed', batchId: 1, tileIds: [3] },
    ])
    expect(joined).toEqual([
      { kind: 'tiles-changed', batchId: 1, tileIds: [1, 2, 3] },
      { kind: 'queue-changed' },
      { kind: 'tiles-changed', batchId: 2, tileIds: [9] },
      { kind: 'marks-changed', batchId: 1, tileIds: [3] },
    ])
  })

  test('5,000 tiles are named, 5,001 become tiles-planned, said once', () => {
    const ids = (count: number) => Array.from({ length: count }, (_, index) => index + 1)
    expect(joinEvents([{ kind: 'tiles-changed', batchId: 1, tileIds: ids(5000) }])[0]?.kind).toBe('tiles-changed')
    expect(
      joinEvents([
        { kind: 'tiles-planned', batchId: 1 },
        { kind: 'tiles-changed', batchId: 1, tileIds: ids(4000) },
        { kind: 'tiles-changed', batchId: 1, tileIds: ids(5001) },
        { kind: 'marks-changed', batchId: 1, tileIds: ids(5001) },
      ]),
    ).toEqual([{ kind: 'tiles-planned', batchId: 1 }])
  })
})

describe('the event log', () => {
  test('tells nothing before its 100 ms are over, then the burst as one', async () => {
    const { log, waits, ring, first } = logByHand()
    const events = log.follow(null)
    const told: unknown[] = []
    const next = events.next().then((result) => told.push(result.value?.event))
    log.add({ kind: 'tiles-changed', batchId: 1, tileIds: [1] })
    log.add({ kind: 'tiles-changed', batchId: 1, tileIds: [2] })
    await Promise.resolve()
    expect(told).toEqual([])
    expect(waits()).toEqual([100])
    ring()
    await next
    expect(told).toEqual([{ kind: 'tiles-changed', batchId: 1, tileIds: [1, 2] }])
    log.add({ kind: 'queue-changed' })
    ring()
    expect(await take(log, 2, first - 1)).toEqual([
      { number: first, event: { kind: 'tiles-changed', batchId: 1, tileIds: [1, 2] } },
      { number: first + 1, event: { kind: 'queue-changed' } },
    ])
  })

  test('a listener that fell behind the last thousand gets one resync and goes on from there', async () => {
    const { log, ring, first } = logByHand()
    const slow = log.follow(null)
    for (let batchId = 1; batchId <= 1001; batchId++) log.add({ kind: 'batch-changed', batchId })
    ring()
    expect((await slow.next()).value).toEqual({ number: first + 1000, event: { kind: 'resync' } })
    log.add({ kind: 'queue-changed' })
    ring()
    expect((await slow.next()).value).toEqual({ number: first + 1001, event: { kind: 'queue-changed' } })
  })

  test('a listener exactly a thousand behind misses nothing', async () => {
    const { log, ring, first } = logByHand()
    const slow = log.follow(null)
    for (let batchId = 1; batchId <= 1000; batchId++) log.add({ kind: 'batch-changed', batchId })
    ring()
    expect((await slow.next()).value).toEqual({ number: first, event: { kind: 'batch-changed', batchId: 1 } })
  })

  test('a number from an earlier start of the program, or from nowhere, is answered with resync', async () => {
    const earlier = logByHand(1_000_000)
    earlier.log.add({ kind: 'queue-changed' })
    earlier.ring()
    const later = logByHand(1_000_500)
    later.log.add({ kind: 'settings-changed' })
    later.ring()
    for (const number of [0, earlier.first, later.first + 7]) {
      expect(await take(later.log, 1, number)).toEqual([{ number: later.first, event: { kind: 'resync' } }])
    }
  })

  test('ends with its signal, with the reader, and with the log, which first tells what it holds', async () => {
    const { log } = logByHand()
    const stop = new AbortController()
    const aborted = log.follow(null, stop.signal).next()
    stop.abort()
    expect(await aborted).toEqual({ done: true, value: undefined })

    const left = log.follow(null)
    const waiting = left.next()
    await left.return?.()
    expect(await waiting).toEqual({ done: true, value: undefined })

    const last = log.follow(null)
    log.add({ kind: 'settings-changed' })
    log.close()
    expect((await last.next()).value?.event).toEqual({ kind: 'settings-changed' })
    expect((await last.next()).done).toBe(true)
  })
})
