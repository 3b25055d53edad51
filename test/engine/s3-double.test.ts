import { createHash } from 'node:crypto'
import { crc32 } from 'node:zlib'
import {
  CompleteMultipartUploadCommand,
  CreateMultipartUploadCommand,
  GetObjectCommand,
  ListObjectsV2Command,
  PutObjectCommand,
  S3Client,
  type S3ClientConfig,
  UploadPartCommand,
} from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import { describe, expect, onTestFinished, test } from 'vitest'
import { type DoubleOptions, startS3Double } from '../s3-double/s3-double.ts'

const Bucket = 'pictures'

async function open(options: DoubleOptions = {}, config: S3ClientConfig = {}) {
  const double = await startS3Double(options)
  const { accessKeyId, secretAccessKey, url, region } = double
  const client = new S3Client({
    endpoint: url,
    region,
    credentials: { accessKeyId, secretAccessKey },
    forcePathStyle: true,
    maxAttempts: 1,
    ...config,
  })
  onTestFinished(async () => {
    client.destroy()
    await double.close()
  })
  return { double, client }
}

interface Wire {
  method: string
  path: string
  query: Record<string, string>
  headers: Record<string, string>
  body: unknown
}

const isWire = (request: unknown): request is Wire =>
  typeof request === 'object' && request !== null && 'headers' in request

/** Changes requests after they were signed, as somebody on the way would. */
function tamper(client: S3Client, change: (request: Wire) => unknown): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if (isWire(args.request)) change(args.request)
      return next(args)
    },
    { step: 'finalizeRequest', priority: 'low', name: 'tamper' },
  )
}

/** The same before it is signed. */
function add(client: S3Client, headers: Record<string, string>): void {
  client.middlewareStack.add(
    (next) => (args) => {
      if (isWire(args.request)) Object.assign(args.request.headers, headers)
      return next(args)
    },
    { step: 'build', name: 'add' },
  )
}

const put = (client: S3Client, Key = 'a/b c+é.txt', more = {}) =>
  client.send(new PutObjectCommand({ Bucket, Key, Body: Buffer.from('bytes'), ContentType: 'text/plain', ...more }))
const nameOf = (work: Promise<unknown>): Promise<string> =>
  work.then(
    () => 'fine',
    (error: unknown) => (error instanceof Error ? error.name : String(error)),
  )

test('what is right passes: hostile names, every form of payload and checksum', async () => {
  const { double, client } = await open()
  await put(client, "a/b c+é~'()*!.txt")
  await put(client, 'sha', { ChecksumSHA256: createHash('sha256').update('bytes').digest('base64') })
  await put(client, 'crc', { ChecksumAlgorithm: 'CRC32' })
  await put(client, 'md5', { ContentMD5: createHash('md5').update('bytes').digest('base64') })
  expect([...double.objects()].map(([key, { bytes }]) => [key, bytes.toString()])).toEqual(
    ["a/b c+é~'()*!.txt", 'sha', 'crc', 'md5'].map((key) => [key, 'bytes']),
  )
  const { Contents } = await client.send(new ListObjectsV2Command({ Bucket, Prefix: 'a/' }))
  expect(Contents?.map(({ Key }) => Key)).toEqual(["a/b c+é~'()*!.txt"])
})

describe('what is not as it was signed is refused', () => {
  const changes: readonly [string, (request: Wire) => unknown, string][] = [
    [
      'the form of its signature',
      ({ headers }) => Object.assign(headers, { authorization: 'AWS4 x' }),
      'AuthorizationHeaderMalformed',
    ],
    [
      'one digit of it',
      ({ headers }) =>
        Object.assign(headers, {
          authorization: headers.authorization?.replace(/.$/, (last) => (last === '0' ? '1' : '0')),
        }),
      'SignatureDoesNotMatch',
    ],
    ['the path', (request) => Object.assign(request, { path: `${request.path}x` }), 'SignatureDoesNotMatch'],
    ['the query', ({ query }) => Object.assign(query, { extra: '1' }), 'SignatureDoesNotMatch'],
    ['the method', (request) => Object.assign(request, { method: 'POST' }), 'SignatureDoesNotMatch'],
    [
      'a signed header',
      ({ headers }) => Object.assign(headers, { 'x-amz-meta-sha256': 'other' }),
      'SignatureDoesNotMatch',
    ],
    ['one header more', ({ headers }) => Object.assign(headers, { 'x-amz-acl': 'public-read' }), 'AccessDenied'],
    ['the body', (request) => Object.assign(request, { body: Buffer.from('bytez') }), 'XAmzContentSHA256Mismatch'],
    ['no payload hash', ({ headers }) => delete headers['x-amz-content-sha256'], 'InvalidRequest'],
    ['no signature', ({ headers }) => delete headers.authorization, 'AccessDenied'],
  ]
  test.each(changes)('%s', async (_what, change, code) => {
    const { double, client } = await open({}, { requestChecksumCalculation: 'WHEN_REQUIRED' })
    tamper(client, change)
    expect(await nameOf(put(client, 'k', { Metadata: { sha256: 'one' } }))).toBe(code)
    expect(double.objects().size).toBe(0)
  })

  test('an unsigned payload may be another, and then its checksum finds it', async () => {
    const { double, client } = await open()
    add(client, { 'x-amz-content-sha256': 'UNSIGNED-PAYLOAD' })
    tamper(client, (request) => Object.assign(request, { body: Buffer.from('bytez') }))
    expect(await nameOf(put(client))).toBe('BadDigest')
    expect(double.objects().size).toBe(0)
  })

  test.each(['x-amz-checksum-crc32', 'x-amz-checksum-sha256', 'x-amz-checksum-sha1', 'content-md5'])(
    'a wrong %s',
    async (name) => {
      const { double, client } = await open({}, { requestChecksumCalculation: 'WHEN_REQUIRED' })
      add(client, { [name]: createHash('md5').update('other').digest('base64') })
      expect(await nameOf(put(client))).toBe('BadDigest')
      expect(double.objects().size).toBe(0)
    },
  )

  test('keys, region and clock', async () => {
    const credentials = { accessKeyId: 'AKIDDOUBLE', secretAccessKey: 'other' }
    expect(await nameOf(put((await open({}, { credentials })).client))).toBe('SignatureDoesNotMatch')
    const stranger = { accessKeyId: 'AKIDX', secretAccessKey: 'other' }
    expect(await nameOf(put((await open({}, { credentials: stranger })).client))).toBe('InvalidAccessKeyId')
    expect(await nameOf(put((await open({}, { region: 'eu-west-9' })).client))).toBe('AuthorizationHeaderMalformed')
    for (const clockOffsetMs of [16 * 60_000, -16 * 60_000])
      expect(await nameOf(put((await open({ clockOffsetMs })).client))).toBe('RequestTimeTooSkewed')
    expect(await nameOf(put((await open({ clockOffsetMs: 14 * 60_000 })).client))).toBe('fine')
  })
})

/** A body in one chunk with its checksum in a trailer, by hand: the SDK does so for streams only. */
test.each([
  ['right', 'bytes', 'fine'],
  ['wrong', 'bytez', 'BadDigest'],
])('a chunked body with a %s checksum in its trailer', async (_what, sent, end) => {
  const { double, client } = await open({}, { requestChecksumCalculation: 'WHEN_REQUIRED' })
  const trailer = Buffer.alloc(4)
  trailer.writeUInt32BE(crc32('bytes'))
  add(client, {
    'x-amz-content-sha256': 'STREAMING-UNSIGNED-PAYLOAD-TRAILER',
    'x-amz-trailer': 'x-amz-checksum-crc32',
    'x-amz-decoded-content-length': '5',
  })
  const Body = `5\r\n${sent}\r\n0\r\nx-amz-checksum-crc32:${trailer.toString('base64')}\r\n\r\n`
  expect(await nameOf(put(client, 'chunked', { Body }))).toBe(end)
  expect(double.objects().get('chunked')?.bytes.toString()).toBe(end === 'fine' ? 'bytes' : undefined)
})

test('a link opens one object for its time, and nothing else', async () => {
  const { double, client } = await open()
  await put(client, 'a')
  await put(client, 'b')
  const link = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }), { expiresIn: 60 })
  const statusOf = async (url: string, init = {}) => (await fetch(url, init)).status
  expect(await (await fetch(link)).text()).toBe('bytes')
  expect(await statusOf(link.replace('/a?', '/b?'))).toBe(403)
  expect(await statusOf(link.replace('Expires=60', 'Expires=600'))).toBe(403)
  expect(await statusOf(link, { method: 'DELETE' })).toBe(403)
  const old = new Date(Date.now() - 61_000)
  const expired = await getSignedUrl(client, new GetObjectCommand({ Bucket, Key: 'a' }), {
    expiresIn: 60,
    signingDate: old,
  })
  expect(await statusOf(expired)).toBe(403)
  expect(double.objects().size).toBe(2)
})

test('conditions and parts', async () => {
  const { double, client } = await open()
  await put(client, 'once', { IfNoneMatch: '*' })
  expect(await nameOf(put(client, 'once', { IfNoneMatch: '*' }))).toBe('PreconditionFailed')
  const Key = 'parts'
  const complete = async (sizes: readonly number[], order = (at: number) => at + 1, etag: string | null = null) => {
    const { UploadId } = await client.send(new CreateMultipartUploadCommand({ Bucket, Key }))
    const tags: (string | undefined)[] = []
    for (const [at, size] of sizes.entries()) {
      const part = { Bucket, Key, UploadId, PartNumber: at + 1, Body: Buffer.alloc(size) }
      tags.push((await client.send(new UploadPartCommand(part))).ETag)
    }
    const Parts = tags.map((tag, at) => ({ PartNumber: order(at), ETag: etag ?? tags[order(at) - 1] ?? tag }))
    return nameOf(
      client.send(new CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts } })),
    )
  }
  const least = 5 * 1024 * 1024
  expect(await complete([least - 1, 10])).toBe('EntityTooSmall')
  expect(await complete([least, least], (at) => 2 - at)).toBe('InvalidPartOrder')
  expect(await complete([least, 10], undefined, '"0"')).toBe('InvalidPart')
  expect(double.objects().has(Key)).toBe(false)
  expect(await complete([least, 10])).toBe('fine')
  expect(double.objects().get(Key)?.bytes.length).toBe(least + 10)
})
