import { rename, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { oneObject, openDesk, type Running, runAnswer, setPaid, until } from './command.ts'

// Each test starts several processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 120_000 })

const fake = ['--draft', 'openai-compatible/fake-image', '--size', '64x64']
const header = 'id,prompt\n'
const watchAnswer = runAnswer.omit({ estimateMicros: true }).extend({
  rounds: z.array(
    z.strictObject({
      changes: z.record(z.string(), z.int()).nullable(),
      estimateMicros: z.int().nullable(),
      requests: z.int(),
      settledMicros: z.int(),
    }),
  ),
})

async function openPaidDesk() {
  const provider = await startFakeProvider({ priceMicros: 40_000 })
  onTestFinished(() => provider.close())
  const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url}/v1` })
  await setPaid(desk, 0.04)
  return { provider, desk }
}

const times = (command: Running, text: string): number => command.said().split(text).length - 1
const atRest = (command: Running, time: number) =>
  until(() => times(command, 'waiting for the sheet to be saved') >= time, `at rest for the ${time}. time`, 60_000)

async function endOf(command: Running) {
  command.signal('SIGINT')
  const { status, stdout } = await command.ended
  return { status, answer: watchAnswer.parse(oneObject(stdout)) }
}

test('a saved sheet is taken again, also renamed over and written in pieces, and only the difference is made', async () => {
  const { provider, desk } = await openPaidDesk()
  const sheet = await desk.write('shoes.csv', `${header}A,a red shoe\nB,a blue cup\n`)
  const command = desk.start('run', sheet, ...fake, '--watch', '--cap', '1', '--json')
  await atRest(command, 1)
  expect(provider.ledger().requests).toBe(2)

  // As editors save: a new file with another inode, renamed over the old one.
  await writeFile(join(desk.folder, 'shoes.csv~'), `${header}A,a red shoe\nB,a bluer cup\n`)
  await rename(join(desk.folder, 'shoes.csv~'), sheet)
  await atRest(command, 2)
  expect(command.said()).toContain('1 changed, 1 the same')
  expect(command.said()).toContain('1 request to make ($0.04')
  expect(command.said()).toContain('$0.88 of the cap left')
  expect(provider.ledger().requests).toBe(3)

  // Half a file, and the rest of it a moment later: nobody pays for the half.
  await writeFile(sheet, `${header}A,a red sh`)
  await new Promise((resolve) => setTimeout(resolve, 150))
  await writeFile(sheet, `${header}A,a red shoe\nB,a bluer cup\nC,a green lamp\n`)
  await atRest(command, 3)
  expect(Object.keys(provider.ledger().byPrompt).sort()).toEqual([
    'a blue cup',
    'a bluer cup',
    'a green lamp',
    'a red shoe',
  ])

  const { status, answer } = await endOf(command)
  expect(status).toBe(0)
  expect(answer).toMatchObject({ requests: 4, settledMicros: 160_000, drafts: { done: 3, left: 0 }, stopped: false })
  expect(answer.rounds.map(({ requests, changes }) => [requests, changes?.added ?? null])).toEqual([
    [2, null],
    [1, 0],
    [1, 1],
  ])
  expect(provider.ledger().billedMicros).toBe(160_000)
})

test('a version that cannot be read is said and passed over, and an empty one takes nothing away', async () => {
  const { provider, desk } = await openPaidDesk()
  const sheet = await desk.write('shoes.csv', `${header}A,a red shoe\n`)
  expect((await desk.run('run', sheet, ...fake)).status).toBe(0)
  const command = desk.start('update', 'last', sheet, '--watch', '--cap', '1', '--json')
  await atRest(command, 1)
  await writeFile(sheet, Buffer.from('PK\u0003\u0004 no workbook at all', 'latin1'))
  await until(() => times(command, 'passed over') === 1, 'the broken one is said')
  await atRest(command, 2)
  await writeFile(sheet, header)
  await until(() => times(command, 'passed over') === 2, 'the empty one is said')
  await atRest(command, 3)
  await writeFile(sheet, 'name,text\nA,a red shoe\n')
  await until(() => times(command, 'passed over') === 3, 'the one without its columns is said')
  await atRest(command, 4)
  await writeFile(sheet, `${header}A,a red shoe\nB,a cup\n`)
  await atRest(command, 5)
  const { status, answer } = await endOf(command)
  expect(status).toBe(0)
  expect(answer).toMatchObject({ requests: 1, drafts: { done: 2 } })
  expect(answer.rounds).toHaveLength(2)
  expect(provider.ledger().requests).toBe(2)
})

test('all versions together never pass the cap that was named at the start', async () => {
  const { provider, desk } = await openPaidDesk()
  const rows = (count: number) => header + Array.from({ length: count }, (_, at) => `P${at},picture ${at}\n`).join('')
  const sheet = await desk.write('many.csv', rows(2))
  const refused = await desk.run('run', sheet, ...fake, '--watch')
  expect(refused.status).toBe(2)
  expect(refused.stderr).toContain('--cap USD')
  expect(provider.ledger().requests).toBe(0)

  const command = desk.start('run', sheet, ...fake, '--watch', '--cap', '0.16', '--json')
  await atRest(command, 1)
  await writeFile(sheet, rows(3))
  await atRest(command, 2)
  await writeFile(sheet, rows(9))
  await atRest(command, 3)
  expect(command.said()).toContain('held by a cap')
  const { status, answer } = await endOf(command)
  expect(status).toBe(5)
  expect(answer).toMatchObject({ settledMicros: 160_000, drafts: { done: 4, held: 5 } })
  expect(provider.ledger().billedMicros).toBe(160_000)

  // The batch keeps its cap, until somebody names another.
  const kept = await desk.json('update', 'last', sheet, '--yes')
  expect(kept).toMatchObject({ status: 5, object: { requests: 0, drafts: { done: 4, held: 5 } } })
  const raised = await desk.json('update', 'last', sheet, '--yes', '--cap', '0.20')
  expect(raised).toMatchObject({ status: 0, object: { requests: 5, drafts: { done: 9, held: 0 } } })
})

test('a sheet saved while its batch is being made is taken at once, and what went is not made', async () => {
  const provider = await startFakeProvider({ priceMicros: 40_000, latency: { kind: 'fixed', ms: 700 } })
  onTestFinished(() => provider.close())
  const desk = await openDesk({ OPENAI_BASE_URL: `${provider.url}/v1` })
  await setPaid(desk, 0.04)
  const rows = Array.from({ length: 60 }, (_, at) => `P${at},picture ${at}\n`)
  const sheet = await desk.write('many.csv', header + rows.join(''))
  const command = desk.start('run', sheet, ...fake, '--watch', '--cap', '5', '--json')
  await until(() => provider.ledger().requests >= 4, 'the first requests are out')
  await writeFile(sheet, header + rows.slice(56).join(''))
  await atRest(command, 1)
  const { answer } = await endOf(command)
  expect(answer).toMatchObject({ drafts: { done: 4, left: 0 } })
  expect(provider.ledger().requests).toBeLessThan(60)
  expect(answer.settledMicros).toBe(provider.ledger().billedMicros)
})
