import type { Engine } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { exitStatus } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import type { Call, CommandLine } from './call.ts'
import { countText, tableText } from './output.ts'
import { progressText } from './progress.ts'
import { reading } from './session.ts'

export function addBatches(line: CommandLine): void {
  line.add('batches', 'All batches, the newest first').action(line.plain(batches))
  line.add('status <batch>', 'Counts, decisions and money of a batch').action(line.withName(status))
}

/** The status of a batch by its name or number, or `last`. Throws AppError `not-found`. */
export const statusOfBatch = (engine: Engine, name: string): BatchStatus =>
  engine.batches.get({ batchId: engine.batches.find({ batch: name }).batchId })

const batches = (call: Call): Promise<number> =>
  reading(call, (engine) => {
    const list = engine.batches.list()
    call.out.answer({ batches: list }, listText(call, list))
    return exitStatus.allDone
  })

function listText(call: Call, list: readonly BatchStatus[]): string {
  if (list.length === 0) return `No batch yet in ${call.library}. Make one with: proofsheet run SHEET`
  const heading = ['', 'batch', 'sheet', 'drafts', 'approved', 'finals', 'spent']
  const rows = list.map((batch) => [
    String(batch.batchId),
    batch.batch,
    batch.sheetName ?? '',
    `${countText(batch.drafts.done)}/${countText(batch.tiles)}`,
    countText(batch.decisions.approved),
    countText(batch.finals.done),
    moneyText(batch.settledMicros, batch.currency),
  ])
  return tableText([heading, ...rows], [0, 3, 4, 5, 6])
}

const status = (call: Call, name: string): Promise<number> =>
  reading(call, (engine) => {
    const found = statusOfBatch(engine, name)
    call.out.answer(found, statusText(found))
    return exitStatus.allDone
  })

function remoteRows({ remote, startsMs }: BatchStatus): string[][] {
  const at = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`
  return [
    ...(remote
      ? [
          [
            'remote',
            `${countText(remote.out)} at providers, ${countText(remote.waiting)} to be sent, ${countText(remote.remoteBatches)} remote ${remote.remoteBatches === 1 ? 'batch' : 'batches'}`,
          ],
        ]
      : []),
    ...(startsMs === undefined ? [] : [['starts', at(startsMs)]]),
  ]
}

function statusText(batch: BatchStatus): string {
  const money = (micros: number): string => moneyText(micros, batch.currency)
  const { undecided, approved, rejected, marked } = batch.decisions
  const rows = [
    ['drafts', progressText(batch, 'drafts')],
    ['finals', progressText(batch, 'finals')],
    [
      'decisions',
      `${countText(approved)} approved, ${countText(rejected)} rejected, ${countText(undecided)} undecided, ${countText(marked)} marked`,
    ],
    ['requests', countText(batch.requests)],
    ['spent', `${money(batch.settledMicros)} (estimate ${money(batch.estimateMicros)})`],
    ...(batch.reservedMicros > 0 ? [['reserved', money(batch.reservedMicros)]] : []),
    ...(batch.unknownMicros > 0 ? [['unknown', `${money(batch.unknownMicros)} may have been charged`]] : []),
    ...remoteRows(batch),
    ...(batch.capMicros !== null ? [['cap', money(batch.capMicros)]] : []),
    ...(batch.deliveredMs !== null ? [['delivered', new Date(batch.deliveredMs).toISOString()]] : []),
  ]
  return [
    `${batch.batch} (${batch.batchId})${batch.sheetName ? ` from ${batch.sheetName}` : ''}${batch.paused ? ', paused' : ''}`,
    tableText(rows.map(([name = '', value = '']) => [`  ${name}`, value])),
  ].join('\n')
}
