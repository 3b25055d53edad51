import { describe, expect, test } from 'vitest'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Queue } from '#shared/contract/generation.ts'
import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { errorCodeList } from '#shared/errors.ts'
import { holdReasons } from '#shared/job-state.ts'
import { causeTitle, holdText, laneLine, listedBatches, workLine } from '../../renderer/queue/queue-text.ts'
import { finalChoices, finalsProgress } from '../../renderer/tray/tray-text.ts'

const none = { done: 0, cached: 0, failed: 0, unknown: 0, held: 0, canceled: 0, left: 0 }
const batchOf = (batchId: number, part: Partial<BatchStatus>): BatchStatus => ({
  batch: `batch ${batchId}`,
  batchId,
  createdMs: 0,
  sheetId: 1,
  sheetName: null,
  settings: { mapping: {}, template: null, profiles: [], variants: 1, baseSeed: 0 },
  paused: false,
  rows: 1,
  prompts: 1,
  tiles: 1,
  drafts: none,
  finals: none,
  decisions: { undecided: 0, approved: 0, rejected: 0, marked: 0 },
  requests: 0,
  estimateMicros: 0,
  reservedMicros: 0,
  settledMicros: 0,
  unknownMicros: 0,
  savedMicros: { draftsFirst: 0, duplicates: 0, cache: 0 },
  capMicros: null,
  currency: 'USD',
  timeLeftMs: null,
  deliveredMs: null,
  ...part,
})
const workOf = (batchId: number, part: Partial<Queue['batches'][number]> = {}): Queue['batches'][number] => ({
  batchId,
  name: `batch ${batchId}`,
  paused: false,
  left: 0,
  running: 0,
  held: {},
  timeLeftMs: null,
  ...part,
})

describe('the queue page lists', () => {
  test('work in the queue’s order, then batches that only failed, and nothing that is done', () => {
    const statuses = [
      batchOf(1, { drafts: { ...none, done: 9 } }),
      batchOf(2, { drafts: { ...none, failed: 1 } }),
      batchOf(3, {}),
      batchOf(4, { finals: { ...none, unknown: 2 } }),
    ]
    const queue: Queue = { lanes: [], batches: [workOf(3, { left: 5 }), workOf(1), workOf(4, { held: { budget: 2 } })] }
    expect(listedBatches(queue, statuses).map(({ status, work }) => [status.batchId, work !== null])).toEqual([
      [3, true],
      [4, true],
      [2, false],
    ])
  })

  test('what each line of work does, and how long a limit lasts', () => {
    const lane = {
      provider: 'one',
      label: 'One',
      running: 2,
      waiting: 96,
      concurrency: 4,
      perMinute: 120,
      waitUntilMs: 14_000,
      paused: null,
    }
    expect(laneLine(lane, 0)).toBe('2 of 4 slots, 96 waiting, at most 120 a minute, goes on in 14 s (limit)')
    expect(laneLine(lane, 20_000)).toBe('2 of 4 slots, 96 waiting, at most 120 a minute')
    expect(workLine(workOf(1, { left: 86, running: 4, timeLeftMs: 61_000 }))).toBe('86 left, 4 running, 2 min')
    expect(workLine(workOf(1, { left: 86, paused: true, timeLeftMs: 61_000 }))).toBe('paused, 86 left')
  })

  test('a next step for every hold but an unknown twin, and a title for every code', () => {
    for (const reason of holdReasons) expect(holdText(reason, 3).text).toContain('3')
    expect(holdText('sample', 86).release).toBe('Make the other 86')
    expect(holdText('budget', 3)).toMatchObject({ release: 'Go on', settings: 'money' })
    expect(holdText('unknown-twin', 3).release).toBeNull()
    expect(new Set(errorCodeList.map(causeTitle)).size).toBe(errorCodeList.length)
  })
})

describe('the tray', () => {
  const model: Model = {
    id: 'draw',
    label: 'Draw',
    operations: ['generate'],
    sizes: { kind: 'any', multipleOf: 8, min: 64, max: 1024 },
    draftSize: { width: 512, height: 512 },
    finalSize: { width: 1024, height: 1024 },
    takesSeed: true,
    takesNegativePrompt: false,
    qualities: [],
    sameSeedLarger: false,
    maxPromptLength: null,
    price: { perImageMicros: 0, currency: 'USD', asOf: null, source: null },
  }
  const provider: ProviderInfo = {
    id: 'one',
    label: 'One',
    about: '',
    models: [model, { ...model, id: 'larger', label: 'Larger', operations: ['upscale'] }],
    anyModel: false,
    settingsSchema: {},
    settings: {},
    key: 'none-needed',
    ready: true,
    concurrency: 1,
    usual: null,
    isLocal: true,
    keyVariable: null,
    canRefresh: false,
    refreshedMs: null,
  }

  test('offers the faithful way first, upscalers by factor, and says which models redraw', () => {
    const choices = finalChoices([provider, { ...provider, id: 'two', ready: false }])
    expect(choices.map((choice) => choice.label)).toEqual(['Faithful', 'Larger 2×', 'Larger 4×', 'Draw, One'])
    expect(choices[0]?.profile).toBeNull()
    expect(choices[2]?.profile).toMatchObject({ kind: 'upscale', provider: 'one', model: 'larger', scale: 4 })
    expect(choices[3]).toMatchObject({ note: 'redrawn', profile: { kind: 'rerender', scale: null } })
  })

  test('tells how far finals are while any is left', () => {
    expect(finalsProgress(batchOf(1, { finals: { ...none, done: 4 } }))).toBeNull()
    const finals = { ...none, done: 4, failed: 1, left: 5 }
    expect(finalsProgress(batchOf(1, { finals, timeLeftMs: 4000 }))).toEqual({
      done: 4,
      all: 10,
      note: '1 failed, 4 s left',
    })
  })
})
