import { fourLanes, type LaneLog, runLanes } from './four-lanes.ts'
import { atMost, type Bench, type Row } from './rows.ts'

/** A minute takes three seconds. */
const factor = 20

/** One batch over four services at once: each within its own limit, and hardly slower than by itself. */
export const lanesBench: Bench = {
  name: 'lanes',
  about: 'Four services with different limits at once, against each by itself',
  async run({ quick, jobs, say }) {
    const prompts = jobs ?? (quick ? 12 : 40)
    const alone: LaneLog[] = []
    for (const lane of fourLanes) {
      alone.push(...(await runLanes([lane], prompts, factor)))
      say(`${lane.provider} by itself: ${alone.at(-1)?.spanMs} ms`)
    }
    const together = await runLanes(fourLanes, prompts, factor)
    return together.flatMap(({ lane, ledger, spanMs, done }): Row[] => {
      const before = alone.find((one) => one.lane === lane)?.spanMs ?? Number.NaN
      const limit = lane.requestsPerMinute === null ? '' : `, ${lane.requestsPerMinute} a minute`
      const name = `${lane.provider} (${lane.concurrency} at once${limit})`
      return [
        atMost(`${name}: time beside the others, of its own`, spanMs / before, 'x', 1.5),
        atMost(`${name}: requests over its limit`, ledger.overLimit, 'requests', 0),
        atMost(`${name}: not made`, prompts - done, 'pictures', 0),
      ]
    })
  },
}
