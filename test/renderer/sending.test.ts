import { describe, expect, test } from 'vitest'
import type { Plan } from '#shared/contract/plans.ts'
import type { RunStart } from '#shared/contract/wishes.ts'
import { planFigures } from '../../renderer/load/plan-text.ts'
import {
  atOnce,
  type PlanPart,
  routeOf,
  runChoice,
  type SendChoice,
  sendingOf,
  takesBatches,
} from '../../renderer/sending/sending.ts'
import {
  makeText,
  noBatchText,
  routeNotes,
  routeOptions,
  runText,
  startText,
} from '../../renderer/sending/sending-text.ts'
import { inputTextOf, nextHourMs, usualWindow } from '../../renderer/sending/start-times.ts'
import { localTimeOf, utcMinuteOf, whenText } from '../../renderer/ui/time-text.ts'

const dayMs = 86_400_000
const nowMs = new Date(2026, 10, 20, 15, 30).getTime()

/** 480 pictures at 2 cents, at half of that in one batch. */
const large: PlanPart = {
  provider: 'open',
  model: 'large',
  requests: 480,
  estimateMicros: 9_600_000,
  batch: { requests: 480, estimateMicros: 4_800_000, highestMicros: 4_800_000, withinMs: dayMs, remoteBatches: 1 },
  auto: 'batch',
}
/** 20 at a cent, which have no batch service. */
const small: PlanPart = {
  provider: 'other',
  model: 'small',
  requests: 20,
  estimateMicros: 200_000,
  batch: null,
  auto: 'live',
}

function planOf(parts: readonly PlanPart[], part: Partial<Plan> = {}): Plan {
  const sum = (of: (part: PlanPart) => number) => parts.reduce((all, each) => all + of(each), 0)
  const whole = {
    requests: sum((each) => each.batch?.requests ?? 0),
    estimateMicros: sum((each) => each.batch?.estimateMicros ?? each.estimateMicros ?? 0),
    highestMicros: sum((each) => each.batch?.highestMicros ?? each.estimateMicros ?? 0),
    withinMs: Math.max(...parts.map((each) => each.batch?.withinMs ?? 0)),
  }
  return {
    planId: 'p',
    kind: 'drafts',
    batchId: null,
    prompts: 480,
    tiles: sum((each) => each.requests),
    requests: sum((each) => each.requests),
    cached: 0,
    duplicates: 0,
    blocked: 0,
    estimateMicros: sum((each) => each.estimateMicros ?? 0),
    highestMicros: sum((each) => each.estimateMicros ?? 0),
    currency: 'USD',
    allFinalMicros: null,
    durationMs: 720_000,
    batch: whole.requests > 0 ? whole : null,
    auto: whole.requests > 0 ? whole : null,
    parts: [...parts],
    lanes: [],
    problems: [],
    problemCount: 0,
    problemGroups: [],
    redrawn: 0,
    ...part,
  }
}
const labelOf = (part: PlanPart) => part.model
const by = (route: SendChoice['route'], part: Partial<SendChoice> = {}): SendChoice => ({ ...atOnce, route, ...part })
const textOf = (plan: Plan, choice: SendChoice, goesOnWith: string | null = null) =>
  runText(plan, sendingOf(plan, choice), { start: choice.start, goesOnWith, nowMs })

describe('now or within a day', () => {
  test('each way stands with its price and its time', () => {
    expect(routeOptions(planOf([large]))).toEqual([
      { value: 'live', label: 'Now', note: '$9.60 · 12 min' },
      { value: 'batch', label: 'Within a day', note: '$4.80 · 50 % less' },
      { value: 'auto', label: 'Auto', note: '$4.80 · 480 of 480 in a batch' },
    ])
    expect(routeOptions(planOf([large], { auto: null, durationMs: null })).map(({ note }) => note)).toEqual([
      '$9.60 · time not known',
      '$4.80 · 50 % less',
      'so few go now',
    ])
  })

  test('what cannot be done within a day says so, in the choice and below it', () => {
    const long = {
      ...large,
      batch: large.batch && { ...large.batch, withinMs: dayMs + 1.5 * 3_600_000, remoteBatches: 3 },
    }
    const plan = planOf([long])
    expect(routeOptions(plan)[1]?.label).toBe('Within 26 h')
    const sending = sendingOf(plan, by('batch'))
    expect(routeNotes(plan, by('batch'), sending, labelOf)).toEqual([
      'It cannot be done within a day: the last pictures come within 26 h.',
    ])
    expect(textOf(plan, by('batch'))).toBe('Send 480 drafts as 3 batches, within 26 h, $4.80')
    expect(routeNotes(plan, atOnce, sendingOf(plan, atOnce), labelOf)).toEqual([])
  })

  test('without a batch service one sentence says so, and nothing where nothing is paid', () => {
    expect(noBatchText(planOf([small]), labelOf)).toBe(
      'small takes no batches at a lower price, so all of it goes now.',
    )
    expect(noBatchText(planOf([{ ...small, liveBecause: 'small takes no batches.' }]), labelOf)).toBe(
      'All of it goes now: small takes no batches.',
    )
    expect(noBatchText(planOf([small, { ...small, model: 'tiny' }]), labelOf)).toContain('None of these models')
    expect(noBatchText(planOf([{ ...small, estimateMicros: 0 }]), labelOf)).toBeNull()
    expect(noBatchText(planOf([large]), labelOf)).toBeNull()
    expect(takesBatches(planOf([small]))).toBe(false)
  })

  test('what has to go now is counted, with why where that is known', () => {
    const some: PlanPart = {
      ...large,
      batch: large.batch && { ...large.batch, requests: 468 },
      liveBecause: 'a batch takes no pictures over 20 MB',
    }
    const plan = planOf([some, small])
    const sending = sendingOf(plan, by('batch'))
    expect(sending).toMatchObject({ inBatches: 468, live: 32, remoteBatches: 1, estimateMicros: 5_000_000 })
    expect(routeNotes(plan, by('batch'), sending, labelOf)).toEqual([
      '12 of 480 of large go now: a batch takes no pictures over 20 MB.',
      'small takes no batches: its 20 go now.',
    ])
    expect(textOf(plan, by('batch'))).toBe('Send 468 of 500 drafts as a batch, within a day, $5.00')
  })
})

describe('the way of single models', () => {
  const second: PlanPart = { ...large, model: 'second' }
  const plan = planOf([large, second, small])

  test('stands above the choice for all', () => {
    const choice = by('batch', { routes: { 'open/second': 'live' } })
    expect(plan.parts.map((part) => routeOf(part, choice))).toEqual(['batch', 'live', 'live'])
    expect(sendingOf(plan, choice)).toMatchObject({ inBatches: 480, live: 500, estimateMicros: 14_600_000 })
    // Nobody knows the most for a mixture: what all of it costs live is never too little.
    expect(sendingOf(plan, choice).highestMicros).toBe(plan.highestMicros)
  })

  test('auto is what the engine makes of each', () => {
    const few: PlanPart = { ...second, auto: 'live' }
    const mixed = planOf([large, few])
    expect(sendingOf(mixed, by('auto'))).toMatchObject({ inBatches: 480, live: 480, estimateMicros: 14_400_000 })
  })

  test('a run names the models that the plan has and that take batches, and no others', () => {
    const routes = { 'open/second': 'live', 'open/gone': 'batch', 'other/small': 'batch' } as const
    expect(runChoice(plan, by('batch', { routes }))).toEqual({
      route: 'batch',
      routes: { 'open/second': 'live' },
      start: { kind: 'now' },
    })
    expect(runChoice(planOf([small]), by('batch'))).toEqual({ start: { kind: 'now' } })
  })
})

describe('what the button does', () => {
  const plan = planOf([large])
  const at = (atMs: number): RunStart => ({ kind: 'at', atMs })
  const tonight = at(new Date(2026, 10, 20, 22, 0).getTime())
  const tomorrow = at(new Date(2026, 10, 21, 2, 0).getTime())

  test.each([
    [atOnce, 'Run all, $9.60'],
    [by('batch'), 'Send 480 drafts as a batch, within a day, $4.80'],
    [by('live', { start: tonight }), 'Run all at 22:00, $9.60'],
    [by('batch', { start: tomorrow }), 'Send 480 drafts as a batch tomorrow 02:00, $4.80'],
  ])('%j', (choice, text) => expect(textOf(plan, choice)).toBe(text))

  test('goes on with an unfinished batch by the way that is chosen', () => {
    expect(textOf(plan, atOnce, 'shoes')).toBe('Go on with shoes, $9.60')
    expect(textOf(plan, by('batch'), 'shoes')).toBe('Go on with shoes as a batch, within a day, $4.80')
  })

  test('makes finals the same way, with the price beside it', () => {
    const finals = (choice: SendChoice) => makeText(plan, sendingOf(plan, choice), choice.start, nowMs)
    expect(finals(atOnce)).toBe('Make them')
    expect(finals(by('batch'))).toBe('Send them as a batch')
    expect(finals(by('batch', { start: tomorrow }))).toBe('Send them as a batch tomorrow 02:00')
  })

  test('price and time at a glance are those of the way that is chosen', () => {
    const { price, time } = planFigures(plan, sendingOf(plan, by('batch')), { rows: 480, profiles: 1, providers: [] })
    expect(price).toMatchObject({ value: '$4.80', note: '50 % less than $9.60 now' })
    expect(time).toMatchObject({ value: 'Within a day', note: 'or 12 min, now' })
  })
})

describe('when it starts', () => {
  test('a moment is said by the clock here', () => {
    const ms = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()
    expect(
      [ms(20, 22), ms(20, 0, 5), ms(21, 9, 40), ms(19, 21, 15), ms(24, 2)].map((each) => whenText(each, nowMs)),
    ).toEqual(['22:00', '00:05', 'tomorrow 09:40', 'yesterday 21:15', '24 Nov 02:00'])
  })

  test('a window is stored in UTC and shown in local time', () => {
    if (usualWindow.kind !== 'window') throw new Error('The usual window is a window')
    for (const minute of [usualWindow.fromMinute, usualWindow.toMinute, 0, 1439])
      expect(utcMinuteOf(localTimeOf(minute, nowMs), nowMs)).toBe(minute)
    expect(utcMinuteOf('7:5', nowMs)).toBeNull()
    expect(startText(usualWindow, nowMs)).toBe(` between ${localTimeOf(120, nowMs)} and ${localTimeOf(480, nowMs)}`)
  })

  test('a time begins at a full hour that is not here yet, and reads as the field wrote it', () => {
    const first = nextHourMs(nowMs)
    expect(inputTextOf(first)).toBe('2026-11-20T17:00')
    expect(new Date(inputTextOf(first)).getTime()).toBe(first)
  })
})
