import { expect, onTestFinished, test } from 'vitest'
import { startS3Double } from '../s3-double/s3-double.ts'
import { openDesk, sheetText } from './command.ts'

test('deliver to a bucket: tried, keys from a pipe, links on request, again without a write', async () => {
  const double = await startS3Double()
  onTestFinished(() => double.close())
  const desk = await openDesk({
    AWS_ACCESS_KEY_ID: undefined,
    AWS_SECRET_ACCESS_KEY: undefined,
    AWS_EC2_METADATA_DISABLED: 'true',
    AWS_SHARED_CREDENTIALS_FILE: '/nowhere',
    AWS_CONFIG_FILE: '/nowhere',
  })
  const to = ['s3://pictures/client', '--endpoint', double.url]
  const without = await desk.run('bucket', 'test', ...to)
  expect(without).toMatchObject({ status: 7, stdout: expect.stringContaining('No credentials were found') })
  const stored = await desk.pipe(
    `${double.secretAccessKey}\n`,
    'bucket',
    'key',
    '--endpoint',
    double.url,
    '--id',
    double.accessKeyId,
  )
  expect(stored).toMatchObject({ status: 0, stdout: expect.stringContaining('in a file that only you can read') })
  expect(await desk.run('bucket', 'test', ...to)).toMatchObject({ status: 0 })

  const sheet = await desk.write('sheet.csv', sheetText(['one', 'two']))
  await desk.json('run', sheet, '--size', '64x64')
  await desk.json('decide', 'last', '--approve', 'all')
  const first = await desk.json('deliver', 'last', ...to, '--links', '2', '--cache-control', 'no-store')
  expect(first).toMatchObject({ status: 0, object: { written: 2, skipped: 0, failed: 0, notes: [] } })
  expect(first.object).toMatchObject({ links: [{ link: expect.stringContaining('X-Amz-Expires=172800') }, {}, {}, {}] })
  expect([...double.objects().values()][1]?.headers['cache-control']).toBe('no-store')
  expect(await desk.json('deliver', 'last', '--to', ...to)).toMatchObject({ object: { written: 0, skipped: 2 } })
  for (const [args, words] of [
    [['deliver', 'last', 'out', '--links', '2'], 'Only a bucket has links'],
    [['deliver', 'last', 's3://x/../y'], 'A bucket is written like s3://'],
    [['deliver', 'last', ...to, '--links', '8'], '7 at most'],
  ] as const)
    expect(await desk.run(...args)).toMatchObject({ status: 2, stderr: expect.stringContaining(words) })
}, 60_000)
