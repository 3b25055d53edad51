import { existsSync } from 'node:fs'
import { resolve } from 'node:path'
import type { Engine } from '#engine/engine.ts'
import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import { exitStatus } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { type Call, type CommandLine, usd, wholeNumber } from './call.ts'
import { addDraftOptions, type DraftOptions, draftWish, readingOf } from './draft-options.ts'
import { bytesText, countText, manyText, tableText } from './output.ts'
import { reading, writing } from './session.ts'
import { readSheetFile } from './sheet-file.ts'
import { addWildcards } from './wildcard-files.ts'

const host = 'the command line (proofsheet remote)'

export function addRemote(line: CommandLine): void {
  const remote = line
    .add('remote', 'Remote batches: what providers make within a day, for less')
    .action(line.plain((call: Call) => list(call, {})))
  line
    .addBelow(remote, 'list', 'Remote batches that are not over, the newest first')
    .option('--all', 'those that are over, too')
    .action(line.plain(list))
  line
    .addBelow(remote, 'look', 'Look at all that are open, and read what is done')
    .option('--number <n>', 'only the remote batch with this number', wholeNumber(1, 1e9))
    .action(line.plain(look))
  line
    .addBelow(remote, 'cancel <number>', 'Ask the provider to stop one: what is made by then is kept, and charged')
    .action(line.withName(cancel))
  addDraftOptions(
    line.addBelow(
      remote,
      'export <plan-or-sheet> <folder>',
      'Write the requests as files for batch services, to be sent from elsewhere',
    ),
  ).action(line.withTwoNames(writeOut))
  line
    .addBelow(remote, 'import <batch> <results>', 'Read a results file of a batch service back into a batch')
    .option('--provider <id>', 'whose results they are, where the batch has several providers with batches')
    .option('--price <usd>', 'what each picture cost (default: 0, as nothing is paid from here)', usd)
    .action(line.withTwoNames(readIn))
}

const list = (call: Call, { all = false }: { all?: boolean }): Promise<number> =>
  reading(call, (engine) => {
    const found = engine.remoteBatches.list({ batchId: null, open: !all })
    call.out.answer({ remoteBatches: found }, listText(found, all))
    return exitStatus.allDone
  })

function listText(found: readonly RemoteBatch[], all: boolean): string {
  if (found.length === 0)
    return all ? 'There are no remote batches.' : 'No remote batch is open. --all lists those that are over.'
  const heading = ['', 'batch', 'model', 'state', 'made', 'of', 'spent', '']
  const rows = found.map((one) => [
    String(one.remoteBatchId),
    one.batch,
    `${one.provider}/${one.model}`,
    one.how === null ? one.state : `${one.state}, ${one.how}`,
    countText(one.state === 'working' ? (one.counts.succeeded ?? 0) : one.made),
    countText(one.requests),
    moneyText(one.settledMicros, one.currency),
    remarkOf(one),
  ])
  return tableText([heading, ...rows], [0, 4, 5, 6])
}

function remarkOf(one: RemoteBatch): string {
  const parts = { refused: one.refused, failed: one.failed, unknown: one.unknown, 'go again': one.again }
  const counts = Object.entries(parts).flatMap(([name, count]) => (count > 0 ? [`${countText(count)} ${name}`] : []))
  const expires = one.state === 'working' && one.expiresMs !== null ? [`until ${timeText(one.expiresMs)}`] : []
  const next = one.state === 'uploaded' && one.nextMs !== null ? [`starts ${timeText(one.nextMs)}`] : []
  const asked = one.isCancelAsked && one.how === null ? ['cancel asked'] : []
  return [...counts, ...expires, ...next, ...asked, ...(one.message === null ? [] : [one.message])].join(', ')
}

const timeText = (ms: number): string => `${new Date(ms).toISOString().slice(0, 16).replace('T', ' ')} UTC`

/** Nothing new is sent: what is over at its provider is fetched and read, then the library is closed again. */
const look = (call: Call, { number }: { number?: number }): Promise<number> =>
  writing(call, { host, goesOn: false }, async (engine, stop) => {
    const { looked } = await engine.remoteBatches.lookNow({ remoteBatchId: number ?? null })
    const open = engine.remoteBatches.list({ batchId: null, open: true })
    const batchIds = [...new Set(open.map(({ batchId }) => batchId))]
    await Promise.race([stop.asked, Promise.all(batchIds.map((batchId) => engine.generation.whenLooked(batchId)))])
    return answerWith(call, engine, looked)
  })

function answerWith(call: Call, engine: Engine, looked: number): number {
  const left = engine.remoteBatches.list({ batchId: null, open: true })
  const text = `looked at ${manyText(looked, 'remote batch').replace('batchs', 'batches')}\n${listText(left, false)}`
  call.out.answer({ looked, remoteBatches: left }, text)
  return exitStatus.allDone
}

const cancel = (call: Call, number: string): Promise<number> =>
  writing(call, { host, goesOn: false }, async (engine, stop) => {
    const remoteBatchId = wholeNumber(1, 1e9)(number)
    const { batchId } = engine.remoteBatches.cancel({ remoteBatchId })
    await Promise.race([stop.asked, engine.generation.whenLooked(batchId)])
    const now = engine.remoteBatches.list({ batchId, open: false }).filter((one) => one.remoteBatchId === remoteBatchId)
    call.out.answer(now[0] ?? {}, listText(now, true))
    return exitStatus.allDone
  })

async function writeOut(call: Call, what: string, folder: string, options: DraftOptions): Promise<number> {
  return reading(call, async (engine) => {
    const planId = existsSync(what) ? await planOf(call, engine, what, options) : what
    const { files, left } = await engine.remoteBatches.writeOut({ planId, folder: resolve(folder) })
    const rows = files.map((file) => [
      file.path,
      `${file.provider}/${file.model}`,
      countText(file.requests),
      bytesText(file.bytes),
    ])
    const lines = left.map(({ message, count }) => `${manyText(count, 'request')} left out: ${message}`)
    call.out.answer({ planId, files, left }, [tableText(rows, [2, 3]), ...lines].join('\n'))
    return files.length === 0 ? exitStatus.badInput : exitStatus.allDone
  })
}

async function planOf(call: Call, engine: Engine, path: string, options: DraftOptions): Promise<string> {
  const file = await readSheetFile(path)
  const sheet = await engine.sheets.add({ ...file, ...readingOf(options) })
  await addWildcards(call, engine, options.wildcards)
  return (await engine.generation.planDrafts(await draftWish(call, engine, { sheet, path }, options))).planId
}

const readIn = (
  call: Call,
  name: string,
  path: string,
  options: { readonly provider?: string; readonly price?: number },
): Promise<number> =>
  writing(call, { host, goesOn: false }, async (engine) => {
    const { batch, batchId } = engine.batches.find({ batch: name })
    const { provider = null, price: priceMicros = 0 } = options
    const { made, failed, known, foreign } = await engine.remoteBatches.readIn({
      batchId,
      path: resolve(path),
      provider,
      priceMicros,
    })
    const parts = [
      `${manyText(made, 'picture')} came into ${batch}`,
      ...(failed > 0 ? [`${countText(failed)} failed`] : []),
      ...(known > 0 ? [`${countText(known)} are there, or out, already`] : []),
      ...(foreign > 0 ? [`${countText(foreign)} lines are of nothing in this batch`] : []),
    ]
    call.out.answer({ batch, batchId, made, failed, known, foreign, priceMicros }, parts.join(', '))
    return made === 0 && known === 0 ? exitStatus.badInput : failed > 0 ? exitStatus.someFailed : exitStatus.allDone
  })
