import type { RunInput } from '#shared/contract/generation.ts'
import type { Plan } from '#shared/contract/plans.ts'
import type { Route, RunRoute, RunStart } from '#shared/contract/wishes.ts'
import { profileName } from '#shared/generation-request.ts'

/** How a plan is to be sent: its route, other routes of single models by `PROVIDER/MODEL`, and when it starts. */
export interface SendChoice {
  readonly route: RunRoute
  readonly routes: Readonly<Record<string, RunRoute>>
  readonly start: RunStart
}

export const atOnce: SendChoice = { route: 'live', routes: {}, start: { kind: 'now' } }

export type PlanPart = Plan['parts'][number]

/** What a plan comes to by a choice. */
export interface Sending {
  /** Requests that go in remote batches, and in how many of these. */
  readonly inBatches: number
  readonly remoteBatches: number
  /** Requests that go live. */
  readonly live: number
  readonly estimateMicros: number | null
  /** Where models go different ways, the most that it could cost live: it is never more. */
  readonly highestMicros: number | null
  /** `null` where nothing goes in a batch. */
  readonly withinMs: number | null
}

/** Whether any of a plan can go in a batch. */
export const takesBatches = (plan: Plan): boolean => plan.parts.some(({ batch }) => batch)

/** The way that a model's share goes; all that cannot go in a batch goes live. */
export function routeOf(part: PlanPart, choice: SendChoice): Route {
  if (!part.batch) return 'live'
  const wished = choice.routes[profileName(part)] ?? choice.route
  return wished === 'auto' ? (part.auto ?? 'live') : wished
}

const sum = (one: number | null, other: number | null): number | null =>
  one === null || other === null ? null : one + other

export function sendingOf(plan: Plan, choice: SendChoice): Sending {
  const shares = plan.parts.map((part) => ({ part, batch: routeOf(part, choice) === 'batch' ? part.batch : null }))
  const inBatches = shares.reduce((all, { batch }) => all + (batch?.requests ?? 0), 0)
  if (inBatches === 0) {
    const { estimateMicros, highestMicros, requests } = plan
    return { inBatches: 0, remoteBatches: 0, live: requests, estimateMicros, highestMicros, withinMs: null }
  }
  const isMixed = shares.some(({ part }) => part.batch && profileName(part) in choice.routes)
  const whole = isMixed ? null : choice.route === 'auto' ? plan.auto : plan.batch
  return {
    inBatches,
    remoteBatches: shares.reduce((all, { batch }) => all + (batch?.remoteBatches ?? 0), 0),
    live: plan.requests - inBatches,
    estimateMicros: shares.reduce<number | null>((all, { part, batch }) => sum(all, (batch ?? part).estimateMicros), 0),
    highestMicros: whole ? whole.highestMicros : plan.highestMicros,
    withinMs: Math.max(...shares.map(({ batch }) => batch?.withinMs ?? 0)),
  }
}

/** The choice as a run is asked for it. A model that the plan no longer has is left out: the engine would refuse its name. */
export function runChoice(
  plan: Plan,
  { route, routes, start }: SendChoice,
): Pick<RunInput, 'route' | 'routes' | 'start'> {
  if (!takesBatches(plan)) return { start }
  const named = plan.parts.flatMap((part): [string, RunRoute][] => {
    const name = profileName(part)
    const own = routes[name]
    return part.batch && own !== undefined ? [[name, own]] : []
  })
  return { route, ...(named.length > 0 && { routes: Object.fromEntries(named) }), start }
}
