import { expect, test } from 'vitest'
import { type FourLane, fourLanes, type LaneLog, runLanes } from '#test/bench/four-lanes.ts'

/** A minute takes 15 seconds: time enough for what has no limit of its own, on a busy machine, too. */
const factor = 4
const prompts = 10
const quick = fourLanes.map((lane) => ({ ...lane, serviceMs: lane.serviceMs / 6 }))

/** How many of a service's requests had come in when another one's last came in. */
function startedBefore(of: LaneLog, other: LaneLog): number {
  const lastMs = Math.max(...other.ledger.entries.map(({ receivedMs }) => receivedMs))
  return of.ledger.entries.filter(({ receivedMs }) => receivedMs <= lastMs).length
}

const laneOf = (logs: readonly LaneLog[], provider: string): LaneLog => {
  const found = logs.find(({ lane }: { lane: FourLane }) => lane.provider === provider)
  if (!found) throw new Error(`there is no ${provider}`)
  return found
}

test('four services with different limits at once: each within its own, none waits for another', async () => {
  const logs = await runLanes(quick, prompts, factor)
  for (const { lane, ledger, done } of logs) {
    expect([lane.provider, done, ledger.requests, ledger.overLimit]).toEqual([lane.provider, prompts, prompts, 0])
    expect(ledger.maxInFlight).toBeLessThanOrEqual(lane.concurrency)
  }
  // Each fills its own slots, whatever the others have: the two with more than one slot and no rate reach their own number.
  expect(laneOf(logs, 'openai').ledger.maxInFlight).toBe(6)
  expect(laneOf(logs, 'xai').ledger.maxInFlight).toBe(3)
  // Recraft lets 8 in a minute and so needs two of them. The others are through in its first: a shared line would make them wait.
  const slow = laneOf(logs, 'recraft')
  for (const provider of ['openai', 'xai', 'stability'])
    expect([provider, startedBefore(slow, laneOf(logs, provider)) <= 8]).toEqual([provider, true])
  // And the slow one began with the rest, not after it.
  const first = (log: LaneLog) => Math.min(...log.ledger.entries.map(({ receivedMs }) => receivedMs))
  expect(startedBefore(slow, laneOf(logs, 'stability'))).toBeGreaterThan(0)
  for (const log of logs) {
    const others = logs.filter((one) => one !== log)
    const lastOfOthers = Math.max(
      ...others.map(({ ledger }) => Math.max(...ledger.entries.map(({ endedMs }) => endedMs ?? 0))),
    )
    expect(first(log)).toBeLessThan(lastOfOthers)
  }
}, 60_000)
