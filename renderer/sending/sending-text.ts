import type { Plan } from '#shared/contract/plans.ts'
import type { Route, RunRoute, RunStart } from '#shared/contract/wishes.ts'
import { profileName } from '#shared/generation-request.ts'
import { moneyText } from '#shared/money.ts'
import { atText, countText, durationText, localTimeOf } from '../ui/time-text.ts'
import { type PlanPart, routeOf, type SendChoice, type Sending } from './sending.ts'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const whole = (number: number): string => number.toLocaleString('en-US')

/** `$4.80`, `free`, `no price`. */
export const priceOf = (micros: number | null, currency: string): string =>
  micros === null ? 'no price' : micros === 0 ? 'free' : moneyText(micros, currency)

/** `within a day`; where that cannot be held, how long it may be, rounded up. */
export const withinText = (ms: number): string =>
  ms <= dayMs
    ? 'within a day'
    : ms < 2 * dayMs
      ? `within ${Math.ceil(ms / hourMs)} h`
      : `within ${Math.ceil(ms / dayMs)} days`

const capital = (text: string): string => text.charAt(0).toUpperCase() + text.slice(1)

/** `50 % less`; empty where it is not less, or nobody knows. */
export function lessText(micros: number | null, liveMicros: number | null): string {
  if (micros === null || liveMicros === null || liveMicros === 0) return ''
  const percent = Math.round((1 - micros / liveMicros) * 100)
  return percent > 0 ? `${percent} % less` : ''
}

const noteOf = (...parts: string[]): string => parts.filter((part) => part !== '').join(' · ')

export interface RouteOption {
  readonly value: RunRoute
  readonly label: string
  readonly note: string
}

/** The three ways with the price and the time of each; none where nothing of the plan can go in a batch. */
export function routeOptions(plan: Plan): RouteOption[] {
  const { batch, auto, currency } = plan
  if (!batch) return []
  const time = plan.durationMs === null ? 'time not known' : durationText(plan.durationMs)
  return [
    { value: 'live', label: 'Now', note: noteOf(priceOf(plan.estimateMicros, currency), time) },
    {
      value: 'batch',
      label: capital(withinText(batch.withinMs ?? dayMs)),
      note: noteOf(priceOf(batch.estimateMicros, currency), lessText(batch.estimateMicros, plan.estimateMicros)),
    },
    {
      value: 'auto',
      label: 'Auto',
      note: auto
        ? noteOf(
            priceOf(auto.estimateMicros, currency),
            `${whole(auto.requests)} of ${whole(plan.requests)} in a batch`,
          )
        : 'so few go now',
    },
  ]
}

const because = ({ liveBecause }: PlanPart): string => (liveBecause ? `: ${liveBecause.replace(/\.$/, '')}` : '')

type LabelOf = (part: PlanPart) => string

/** Why nobody is asked when: no model of the plan has a batch service. `null` where one has, or where there is nothing to save. */
export function noBatchText(plan: Plan, labelOf: LabelOf): string | null {
  if (plan.requests === 0 || plan.estimateMicros === 0 || plan.batch) return null
  const [only, ...others] = plan.parts
  if (!only) return null
  if (others.length > 0) return 'None of these models takes batches at a lower price, so all of it goes now.'
  if (only.liveBecause) return `All of it goes now${because(only)}.`
  return `${labelOf(only)} takes no batches at a lower price, so all of it goes now.`
}

/** What a person should know of her choice: what cannot go in a batch, and that a day is too short. */
export function routeNotes(plan: Plan, choice: SendChoice, sending: Sending, labelOf: LabelOf): string[] {
  if (sending.inBatches === 0) return []
  const notes = plan.parts.flatMap((part) => {
    if (!part.batch)
      return [
        part.liveBecause
          ? `All ${whole(part.requests)} of ${labelOf(part)} go now${because(part)}.`
          : `${labelOf(part)} takes no batches: its ${whole(part.requests)} go now.`,
      ]
    const left = part.requests - part.batch.requests
    if (routeOf(part, choice) === 'live' || left === 0) return []
    return [`${whole(left)} of ${whole(part.requests)} of ${labelOf(part)} go now${because(part)}.`]
  })
  const isLong = sending.withinMs !== null && sending.withinMs > dayMs
  return [
    ...notes,
    ...(isLong ? [`It cannot be done within a day: the last pictures come ${withinText(sending.withinMs ?? 0)}.`] : []),
  ]
}

/** The way of one model's share: `240 in 1 batch, $2.40`, `$4.80`. */
export function partText(part: PlanPart, route: Route, currency: string): string {
  if (route === 'live' || !part.batch) return priceOf(part.estimateMicros, currency)
  const { requests, remoteBatches, estimateMicros, withinMs } = part.batch
  return noteOf(
    priceOf(estimateMicros, currency),
    withinText(withinMs ?? dayMs),
    requests < part.requests ? `${whole(requests)} of ${whole(part.requests)}` : '',
    remoteBatches > 1 ? countText(remoteBatches, 'batch', 'batches') : '',
  )
}

/** ` at 22:00`, ` tomorrow 02:00`, ` between 03:00 and 09:00`, ready to be put behind other words; empty for at once. */
export function startText(start: RunStart, nowMs: number): string {
  if (start.kind === 'now') return ''
  if (start.kind === 'window')
    return ` between ${localTimeOf(start.fromMinute, nowMs)} and ${localTimeOf(start.toMinute, nowMs)}`
  return ` ${atText(start.atMs, nowMs)}`
}

const asBatches = ({ remoteBatches }: Sending): string =>
  remoteBatches > 1 ? `as ${countText(remoteBatches, 'batch', 'batches')}` : 'as a batch'

/**
 * What a press of the button does: `Run all, $9.60`, `Send 480 drafts as a batch, within a day, $4.80`. `goesOnWith`: the
 * unfinished batch that would go on.
 */
export function runText(
  plan: Plan,
  sending: Sending,
  { start, goesOnWith, nowMs }: { start: RunStart; goesOnWith: string | null; nowMs: number },
): string {
  const when = startText(start, nowMs)
  const price = priceOf(sending.estimateMicros, plan.currency)
  const within = sending.withinMs === null || when !== '' ? '' : `, ${withinText(sending.withinMs)}`
  if (goesOnWith !== null) {
    const how = sending.inBatches === 0 ? '' : ` ${asBatches(sending)}`
    return `Go on with ${goesOnWith}${how}${when}${within}, ${price}`
  }
  if (sending.inBatches === 0) return `Run all${when}, ${price}`
  const drafts =
    sending.live === 0
      ? countText(sending.inBatches, 'draft')
      : `${whole(sending.inBatches)} of ${countText(plan.requests, 'draft')}`
  return `Send ${drafts} ${asBatches(sending)}${when}${within}, ${price}`
}

/** The same for a newer sheet: `Update and make 12 drafts, $0.24`, `Update and send 12 drafts as a batch, within a day, $0.12`. */
export function updateText(plan: Plan, sending: Sending, start: RunStart, nowMs: number): string {
  const drafts = countText(plan.requests, 'draft')
  const when = startText(start, nowMs)
  const price = priceOf(sending.estimateMicros, plan.currency)
  if (sending.inBatches === 0) return `Update and make ${drafts}${when}, ${price}`
  const sent = sending.live === 0 ? drafts : `${whole(sending.inBatches)} of ${drafts}`
  const within = sending.withinMs === null || when !== '' ? '' : `, ${withinText(sending.withinMs)}`
  return `Update and send ${sent} ${asBatches(sending)}${when}${within}, ${price}`
}

/** The same for finals, whose price stands beside the button. */
export function makeText(plan: Plan, sending: Sending, start: RunStart, nowMs: number): string {
  const when = startText(start, nowMs)
  if (sending.inBatches === 0) return `Make them${when}`
  const finals = sending.live === 0 ? 'them' : `${whole(sending.inBatches)} of ${whole(plan.requests)}`
  return `Send ${finals} ${asBatches(sending)}${when}`
}

/** The models that the choice names a way of their own for, and that the plan has. */
export const ownRouteOf = (part: PlanPart, choice: SendChoice): RunRoute | null =>
  choice.routes[profileName(part)] ?? null
