import { describe, expect, test } from 'vitest'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Queue } from '#shared/contract/generation.ts'
import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import { waitingText } from '../../renderer/batches/batch-line.ts'
import { stateText } from '../../renderer/grid/tile-text.ts'
import { workLine } from '../../renderer/queue/queue-text.ts'
import {
  canCancel,
  cancelText,
  doneOf,
  listedRemotes,
  nextLookText,
  outcomeText,
  remoteMoneyText,
  remoteStateText,
} from '../../renderer/queue/remote-text.ts'
import { draftTile } from './draft-tile.ts'

const nowMs = new Date(2026, 10, 20, 15, 30).getTime()
const at = (day: number, hour: number, minute = 0) => new Date(2026, 10, day, hour, minute).getTime()

const remoteOf = (part: Partial<RemoteBatch> = {}): RemoteBatch => ({
  remoteBatchId: 7,
  batchId: 1,
  batch: 'shoes',
  provider: 'openai',
  label: 'OpenAI',
  model: 'gpt-image-2',
  state: 'working',
  how: null,
  isImported: false,
  requests: 500,
  counts: { total: 500, succeeded: 310, failed: 2 },
  made: 0,
  refused: 0,
  failed: 0,
  unknown: 0,
  canceled: 0,
  again: 0,
  reservedMicros: 2_400_000,
  settledMicros: 0,
  unknownMicros: 0,
  currency: 'USD',
  createdMs: at(20, 9),
  startedMs: at(20, 9, 40),
  endedMs: null,
  expiresMs: at(21, 9, 40),
  lookedMs: at(20, 15, 28),
  nextMs: at(20, 15, 33),
  isCancelAsked: false,
  message: null,
  ...part,
})
const textOf = (part: Partial<RemoteBatch>) => remoteStateText(remoteOf(part), nowMs)

describe('a batch at a provider', () => {
  test('says where it stands in plain words', () => {
    expect(textOf({})).toBe('Working at OpenAI: 312 of 500, until tomorrow 09:40')
    expect(textOf({ counts: { total: null, succeeded: null, failed: null }, expiresMs: null })).toBe(
      'Working at OpenAI: 500 requests',
    )
    expect(textOf({ state: 'preparing' })).toBe('Sending 500 requests to OpenAI')
    expect(textOf({ state: 'uploaded', nextMs: at(21, 2) })).toBe('Sent to OpenAI, to be started tomorrow 02:00')
    expect(textOf({ state: 'uploaded', nextMs: at(20, 16) })).toBe('Sent to OpenAI, to be started at 16:00')
    expect(textOf({ isCancelAsked: true })).toBe('Stopping at OpenAI: what is made by then is kept')
    expect(textOf({ state: 'reading', how: 'expired', made: 120 })).toBe(
      'OpenAI did not get done with it in time; its pictures come in, 120 of 500',
    )
    expect(textOf({ state: 'over', how: 'unsent' })).toContain('nothing was charged')
    expect(textOf({ state: 'lost' })).toBe('Nobody knows what became of it at OpenAI')
  })

  test('counts what the service says while it works, and what came of it after that', () => {
    expect(doneOf(remoteOf())).toBe(312)
    const over = remoteOf({ state: 'over', how: 'completed', made: 480, refused: 8, again: 12 })
    expect(doneOf(over)).toBe(500)
    expect(outcomeText(over)).toBe('480 pictures, 8 refused, 12 go again')
    expect(remoteMoneyText(remoteOf({ settledMicros: 1_200_000 }))).toBe('$2.40 reserved, $1.20 spent')
  })

  test('says when it is looked at next', () => {
    expect(nextLookText(remoteOf(), nowMs)).toBe('next look 15:33, last look 15:28')
    expect(nextLookText(remoteOf({ nextMs: nowMs, lookedMs: null }), nowMs)).toBe('looking now')
    expect(nextLookText(remoteOf({ nextMs: null }), nowMs)).toBe('')
  })

  test('canceling says what it keeps and costs, and is not offered twice or too late', () => {
    expect(cancelText(remoteOf())).toContain('310 so far, are kept and charged')
    expect(cancelText(remoteOf({ state: 'uploaded' }))).toContain('charges nothing')
    expect(
      [{}, { isCancelAsked: true }, { state: 'reading' as const }].map((part) => canCancel(remoteOf(part))),
    ).toEqual([true, false, false])
  })

  test('what needs a person comes first, and what ended well is only counted', () => {
    const list = [
      remoteOf({ remoteBatchId: 1, state: 'over', how: 'completed', endedMs: nowMs }),
      remoteOf({ remoteBatchId: 2, state: 'over', how: 'failed', endedMs: nowMs }),
      remoteOf({ remoteBatchId: 3, state: 'over', how: 'failed', endedMs: at(1, 9) }),
      remoteOf({ remoteBatchId: 4 }),
      remoteOf({ remoteBatchId: 5, state: 'lost' }),
    ]
    const { shown, rest } = listedRemotes(list, nowMs)
    expect(shown.map(({ remoteBatchId }) => remoteBatchId)).toEqual([5, 4, 2])
    expect(rest.map(({ remoteBatchId }) => remoteBatchId)).toEqual([1, 3])
  })
})

describe('a batch whose drafts are elsewhere', () => {
  const none = { done: 0, cached: 0, failed: 0, unknown: 0, held: 0, canceled: 0, left: 0 }
  const of = (part: Partial<Pick<BatchStatus, 'remote' | 'startsMs'>> & { left?: number }) =>
    waitingText({ drafts: { ...none, left: part.left ?? 480 }, finals: none, ...part }, nowMs)

  test('says in one line what is out, and when it starts', () => {
    expect(of({})).toBeNull()
    expect(of({ startsMs: at(21, 2) })).toBe('starts tomorrow 02:00')
    expect(of({ remote: { waiting: 0, out: 480, remoteBatches: 1 } })).toBe('480 in a batch at the provider')
    expect(of({ left: 500, remote: { waiting: 0, out: 480, remoteBatches: 2 } })).toBe(
      '20 now, 480 in 2 batches at the provider',
    )
    expect(of({ remote: { waiting: 480, out: 0, remoteBatches: 0 } })).toBe('480 to be sent in a batch')
    expect(of({ remote: { waiting: 480, out: 0, remoteBatches: 0 }, startsMs: at(20, 22) })).toBe('starts at 22:00')
  })

  test('promises no time by a lane’s pace', () => {
    const work: Queue['batches'][number] = {
      batchId: 1,
      name: 'shoes',
      paused: false,
      left: 500,
      running: 484,
      held: {},
      timeLeftMs: 60_000,
    }
    expect(workLine(work, { waiting: 0, out: 480, remoteBatches: 1 })).toBe('500 left, 4 running, 480 at the provider')
    expect(workLine({ ...work, running: 0, startsMs: at(21, 2) })).toBe('500 left')
    expect(workLine(work)).toBe('500 left, 484 running, 1 min')
  })

  test('its tiles wait as calmly as queued ones', () => {
    const tile = { ...draftTile(1, 1), image: null }
    expect(stateText({ ...tile, state: 'running', remote: 'out' })).toEqual({
      title: 'Within a day',
      detail: 'in a batch at its provider',
    })
    expect(stateText({ ...tile, state: 'queued', remote: 'waiting' }).title).toBe('Waiting')
    expect(stateText({ ...tile, state: 'running' }).title).toBe('Drawing')
  })
})
