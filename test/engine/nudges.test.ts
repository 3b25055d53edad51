import { expect, test } from 'vitest'
import { openNudges } from '#engine/generation/running/nudges.ts'
import { openHookReceiver } from '#engine/receive-hooks.ts'
import type { Clock } from '#engine/storage/storage.ts'

/** A clock that stands, and notes how long somebody wanted to sleep. */
function standingClock() {
  const slept: number[] = []
  const clock: Clock = {
    now: () => nowMs,
    sleep: (ms, signal) =>
      new Promise((_resolve, reject) => {
        slept.push(ms)
        signal?.addEventListener('abort', () => reject(signal.reason), { once: true })
      }),
  }
  let nowMs = 1_000_000
  const pass = (ms: number): void => {
    nowMs += ms
  }
  return { clock, slept, pass }
}

test('polls are rarer while webhooks come, within bounds, and as before when they stop', async () => {
  const { clock, slept, pass } = standingClock()
  const nudges = openNudges(clock)
  const { signal } = new AbortController()
  const wait = (ms: number) => void nudges.wait('fal', { id: 'a' }, ms, signal)
  wait(1_000)
  nudges.nudge('fal', 'other')
  wait(1_000)
  wait(10_000)
  wait(30_000)
  wait(0)
  void nudges.wait('replicate', { id: 'a' }, 1_000, signal)
  pass(299_999)
  wait(1_000)
  pass(1)
  wait(1_000)
  expect(slept).toEqual([1_000, 4_000, 15_000, 30_000, 0, 1_000, 4_000, 1_000])
})

test('a nudge ends the wait of its own job alone, an early one the next wait, and stopping still stops', async () => {
  const { clock } = standingClock()
  const nudges = openNudges(clock)
  const stop = new AbortController()
  const ended: string[] = []
  const wait = (id: string) =>
    nudges.wait('fal', { id }, 1_000, stop.signal).then(
      () => ended.push(id),
      () => ended.push(`${id} stopped`),
    )
  const all = [wait('a'), wait('b')]
  nudges.nudge('fal', 'a')
  nudges.nudge('replicate', 'b')
  await all[0]
  nudges.nudge('fal', 'early')
  await wait('early')
  all.push(wait('early'))
  expect(ended).toEqual(['a', 'early'])
  stop.abort()
  await Promise.all(all)
  expect(ended.sort()).toEqual(['a', 'b stopped', 'early', 'early stopped'])
})

test('deliveries are remembered as long as they could be sent again, and not without end', async () => {
  const nudged: string[] = []
  const receive = openHookReceiver({
    read: async (_provider, { headers }) => ({ deliveryId: headers.id ?? '', remoteIds: ['job'] }),
    nudge: (_provider, remoteId) => nudged.push(remoteId),
  })
  const send = (id: string, receivedMs: number, provider = 'fal') =>
    receive(provider, { headers: { id }, body: new Uint8Array(), receivedMs })
  await send('a', 0)
  await send('a', 600_000)
  expect(nudged.length).toBe(1)
  await send('a', 600_000, 'replicate')
  expect(nudged.length).toBe(2)
  for (let n = 0; n < 25_000; n++) await send(`n${n}`, 600_001)
  expect(await send('n24999', 600_002)).toBe('taken')
  expect(nudged.length).toBe(25_002)
})
