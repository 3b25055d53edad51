import { spawnSync } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { sheetData, workbook } from '../engine/workbook.ts'
import { openDesk } from './command.ts'

const program = fileURLToPath(new URL('../../electron/cli/proofsheet.js', import.meta.url))

test('run of a workbook: its chosen sheet, a column mapped by hand and remembered', async () => {
  const desk = await openDesk()
  const file = join(desk.folder, 'all.xlsx')
  const hats = sheetData([
    ['id', 'Words'],
    ['1', 'a hat'],
    ['2', 'a cap'],
  ])
  await writeFile(file, workbook({ sheets: { Shoes: sheetData([['prompt'], ['a shoe']]), Hats: hats } }))
  const missing = await desk.run('plan', file, '--sheet-part', 'Socks')
  expect([missing.status, missing.stderr]).toEqual([2, expect.stringContaining('It has "Shoes", "Hats".')])
  const wrong = await desk.run('run', file, '--sheet-part', 'Hats', '--map', 'prompt=Nothing')
  expect([wrong.status, wrong.stderr]).toEqual([2, expect.stringContaining('no column "Nothing". It has id, Words.')])
  const size = ['--size', '64x64', '--count', '1']
  const run = await desk.json('run', file, '--sheet-part', 'hats', '--map', 'prompt=words', ...size)
  expect(run).toMatchObject({ status: 0, object: { prompts: 2 } })
  const again = await desk.json('run', file, '--sheet-part', 'Hats', ...size)
  expect(again).toMatchObject({ status: 0, object: { prompts: 2, drafts: { cached: 2 } } })
}, 60_000)

test('a sheet on standard input; 2 GB are refused by their size', async () => {
  const desk = await openDesk()
  const piped = (input: string) =>
    spawnSync(process.execPath, [program, 'plan', '-', '--json'], {
      cwd: desk.folder,
      env: desk.env,
      input,
      encoding: 'utf8',
    })
  expect(JSON.parse(piped('{"prompt": "a fox"}\n{"prompt": "a hen"}\n').stdout)).toMatchObject({ prompts: 2 })
  expect(piped(' '.repeat(65 * 1024 * 1024)).stderr).toContain('"standard input" is over 64 MB')
  const file = await desk.write('large.csv', 'prompt\n')
  await truncate(file, 2 ** 31)
  expect(await desk.run('plan', file)).toMatchObject({ status: 2, stderr: expect.stringContaining('is over 64 MB') })
}, 60_000)
