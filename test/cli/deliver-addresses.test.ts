import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { presigned } from '../s3-double/presigned.ts'
import { startS3Double } from '../s3-double/s3-double.ts'
import { openDesk } from './command.ts'

test('deliver to presigned addresses of a column; the sheet written back then names the delivered files', async () => {
  const double = await startS3Double()
  onTestFinished(() => double.close())
  const desk = await openDesk()
  const [one = '', two = ''] = await presigned(double, ['a.png', 'b.png'])
  const sheet = await desk.write('sheet.csv', `id,prompt,upload url\nA1,a red shoe,"${one}"\nA2,a blue shoe,"${two}"\n`)
  await desk.json('run', sheet, '--size', '64x64')
  await desk.json('decide', 'last', '--approve', 'all')
  await desk.run('sheet', 'last', 'before.csv')
  expect(await readFile(join(desk.folder, 'before.csv'), 'utf8')).toMatch(/,pictures\/[0-9a-f]{2}\/[0-9a-f]{64}\.png,/)

  const put = ['deliver', 'last', 'out', '--put', '{upload url}']
  expect(await desk.json(...put)).toMatchObject({ object: { written: 0, failed: 2 } })
  const first = await desk.json(...put, '--put-origin', double.url)
  expect(first).toMatchObject({ status: 0, object: { written: 2, skipped: 0, failed: 0 } })
  expect([...double.objects().keys()].sort()).toEqual(['a.png', 'b.png'])
  expect(await desk.json(...put, '--put-origin', double.url)).toMatchObject({ object: { written: 0, skipped: 2 } })
  expect(JSON.stringify(first)).not.toContain('X-Amz')

  await desk.run('sheet', 'last', 'after.csv')
  const after = await readFile(join(desk.folder, 'after.csv'), 'utf8')
  expect(after).toContain(',approved/A1-1.png,')
  expect(after).toContain(two)
  for (const [args, words] of [
    [['deliver', 'last', 's3://x', '--put', '{upload url}'], 'a folder of this machine'],
    [['deliver', 'last', 'out', '--put-origin', 'http://a'], 'give that, too'],
    [[...put, '--put-origin', 'http://a/b'], 'An origin is written like'],
    [['deliver', 'last', 'out', '--put', '{nothing}'], 'The address: There is no "nothing"'],
  ] as const)
    expect(await desk.run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(words) })
}, 60_000)
