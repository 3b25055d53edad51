import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { type DoubleOptions, startS3Double } from '../s3-double/s3-double.ts'
import { bucketsWith, keysOf, openBucketLibrary } from './bucket-library.ts'
import { bucketAt } from './bucket-settings.ts'
import { temporaryFolder } from './open-library.ts'

async function openDouble(options: DoubleOptions = {}, env: Record<string, string> | null = null) {
  const folder = await temporaryFolder()
  const double = await startS3Double(options)
  const room = bucketsWith(join(folder, 'keys.json'), env ?? keysOf(double))
  onTestFinished(async () => {
    await room.close()
    await double.close()
  })
  return { folder, double, ...room }
}

test('Test destination: lists, writes, reads and clears one object of its own, and leaves nothing', async () => {
  const { double, buckets } = await openDouble()
  const { address, endpoint, region, profile, forcePathStyle } = bucketAt(double)
  expect(await buckets.test({ address, endpoint, region, profile, forcePathStyle })).toEqual({
    ok: true,
    message: 's3://pictures/client can be listed, written, read and cleared.',
    notes: [],
  })
  expect(double.objects().size).toBe(0)
  expect(double.asked().map(({ method }) => method)).toEqual(['GET', 'GET', 'PUT', 'GET', 'DELETE'])
  const { buckets: lacking, double: old } = await openDouble({ hasConditions: false })
  expect((await lacking.test(bucketAt(old))).notes).toEqual([expect.stringContaining('conditional writes')])
})

const wrong: readonly [string, DoubleOptions, Parameters<typeof bucketAt>[1], Record<string, string> | null, string][] =
  [
    ['secret', {}, {}, { AWS_ACCESS_KEY_ID: 'AKIDDOUBLE', AWS_SECRET_ACCESS_KEY: 'wrong' }, 'does not accept the keys'],
    ['key', {}, {}, { AWS_ACCESS_KEY_ID: 'AKIDOTHER', AWS_SECRET_ACCESS_KEY: 'wrong' }, 'does not accept the keys'],
    [
      'region',
      { region: 'eu-central-1' },
      {},
      null,
      'is in the region eu-central-1, not the one given. Enter eu-central-1',
    ],
    ['clock', { clockOffsetMs: 40 * 60_000 }, {}, null, 'clock is 40 minutes off'],
    ['bucket', {}, { address: 's3://other/client' }, null, 'There is no bucket other at http://127.0.0.1'],
  ]

test.each(wrong)('row 33: a wrong %s is said plainly, after one request', async (_what, options, parts, env, words) => {
  const { double, buckets } = await openDouble(options, env)
  const end = await buckets.test(bucketAt(double, parts))
  expect(end).toEqual({ ok: false, message: expect.stringContaining(words), notes: [] })
  expect(double.asked()).toHaveLength(1)
  expect(end.message).not.toMatch(/AKID|double\/secret|Signature=/)
})

test.each(wrong)(
  'row 33: a delivery with a wrong %s ends with that sentence and no second try',
  async (_what, options, parts, env, words) => {
    const { double, deliver, use, folder } = await openBucketLibrary([{}], options)
    const room = bucketsWith(join(folder, 'other-keys.json'), env ?? keysOf(double))
    onTestFinished(() => room.close())
    use(room.buckets)
    await expect(deliver(parts)).rejects.toThrow(words)
    expect(double.asked()).toHaveLength(1)
  },
)

test('five wrongs are five sentences but for the two of the keys', async () => {
  const sentences = await Promise.all(
    wrong.map(async ([, options, parts, env]) => {
      const { double, buckets } = await openDouble(options, env)
      return (await buckets.test(bucketAt(double, parts))).message.replace(/:\d+/, '').replace(/ \(.*?\)/, '')
    }),
  )
  expect(new Set(sentences).size).toBe(4)
})

test('stored keys are bound to their endpoint, win over the environment, and cannot be read back', async () => {
  const { double, buckets, folder } = await openDouble(
    {},
    { AWS_ACCESS_KEY_ID: 'AKIDOTHER', AWS_SECRET_ACCESS_KEY: 'x' },
  )
  expect(buckets.keyState({ endpoint: double.url })).toEqual({ key: 'missing', keyNote: null })
  const { accessKeyId, secretAccessKey } = double
  const state = await buckets.setKey({ endpoint: double.url, key: { accessKeyId, secretAccessKey } })
  expect(state).toMatchObject({ key: 'file' })
  expect(JSON.stringify(state)).not.toContain(secretAccessKey)
  expect((await buckets.test(bucketAt(double))).ok).toBe(true)
  expect(await readFile(join(folder, 'keys.json'), 'utf8')).toContain(secretAccessKey)
  const other = await startS3Double()
  onTestFinished(() => other.close())
  expect(buckets.keyState({ endpoint: other.url })).toMatchObject({ key: 'missing' })
  expect((await buckets.test(bucketAt(other))).message).toContain('does not accept the keys')
  await buckets.setKey({ endpoint: double.url, key: null })
  expect((await buckets.test(bucketAt(double))).message).toContain('does not accept the keys')
})

test('a profile of the AWS files gives its own keys, whatever the environment has', async () => {
  const { double, buckets, folder } = await openDouble(
    {},
    { AWS_ACCESS_KEY_ID: 'AKIDOTHER', AWS_SECRET_ACCESS_KEY: 'x' },
  )
  await mkdir(join(folder, 'aws'))
  const file = join(folder, 'aws', 'credentials')
  const { accessKeyId, secretAccessKey } = double
  await writeFile(file, `[client]\naws_access_key_id = ${accessKeyId}\naws_secret_access_key = ${secretAccessKey}\n`)
  const names = ['AWS_SHARED_CREDENTIALS_FILE', 'AWS_CONFIG_FILE', 'AWS_EC2_METADATA_DISABLED'] as const
  const before = names.map((name) => [name, process.env[name]] as const)
  onTestFinished(() => {
    for (const [name, value] of before) {
      if (value === undefined) delete process.env[name]
      else process.env[name] = value
    }
  })
  Object.assign(process.env, {
    AWS_SHARED_CREDENTIALS_FILE: file,
    AWS_CONFIG_FILE: join(folder, 'none'),
    AWS_EC2_METADATA_DISABLED: 'true',
  })
  expect((await buckets.test(bucketAt(double, { profile: 'client' }))).message).toContain('can be listed')
  const missing = await buckets.test(bucketAt(double, { profile: 'nobody' }))
  expect(missing).toMatchObject({ ok: false, message: expect.stringContaining('No credentials were found') })
})

test('a redirect is not followed: nothing signed goes to a host that nobody typed', async () => {
  const { double, buckets } = await openDouble()
  const server = createServer((_request, response) => {
    response.writeHead(307, { location: `${double.url}/pictures?list-type=2` }).end()
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  onTestFinished(() => void server.close())
  const address = server.address()
  const url = `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}`
  expect((await buckets.test(bucketAt({ url }))).ok).toBe(false)
  expect(double.asked()).toEqual([])
})
