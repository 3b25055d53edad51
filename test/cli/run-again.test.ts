import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { openDesk, sheetText } from './command.ts'

test('run --from-manifest says the price first, then makes delivered pictures again and compares them', async () => {
  const desk = await openDesk()
  const sheet = await desk.write('sheet.csv', sheetText(['one', 'two']))
  await desk.json('run', sheet, '--size', '64x64', '--name', 'Shoes')
  await desk.json('decide', 'last', '--approve', 'all')
  await desk.json('finalize', 'last', '--upscale', 'sketch/lanczos', '--then', 'upscale:sketch/lanczos@2')
  await desk.json('deliver', 'last', 'out', '--name', '{row}')
  const manifest = join('out', 'Shoes', 'manifest.json')

  const plan = await desk.run('run', '--from-manifest', manifest)
  expect(plan).toMatchObject({ status: 0, stdout: expect.stringContaining('nothing was made: --yes does it') })
  const again = await desk.json('run', '--from-manifest', manifest, '--yes', '--name', 'again')
  expect(again).toMatchObject({
    status: 0,
    object: { batch: 'again', requests: 4, counts: { same: 4, 'same-look': 0, different: 0, 'not-made': 0 } },
  })
  const one = await desk.run('run', '--from-manifest', manifest, '--only', 'approved/2.png', '--yes')
  expect(one.stdout).toMatch(/approved\/2\.png {2}step 2 of 2 {2}the same\n2 the same/)

  // In a library that has never seen the drafts: those that were delivered beside the finals would be taken from there.
  const other = await desk.json('run', '--from-manifest', manifest, '--yes', '--library', join(desk.folder, 'other'))
  expect(other).toMatchObject({
    status: 2,
    object: { error: { message: expect.stringContaining('not in this library') } },
  })
  const text = await readFile(join(desk.folder, manifest), 'utf8')
  const broken = await desk.write('manifest.json', text.replace('"manifestVersion": 2', '"manifestVersion": 3'))
  for (const [args, words] of [
    [['run'], 'Name the sheet to run'],
    [['run', sheet, '--from-manifest', manifest], 'Take one of them'],
    [['run', '--from-manifest', broken], 'no manifest.json'],
    [['run', '--from-manifest', manifest, '--only', 'nobody'], 'has no picture "nobody"'],
  ] as const)
    expect(await desk.run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(words) })
}, 90_000)
