import { createHash, randomBytes } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { Refused, xmlOf, xmlText } from './refusal.ts'

export interface StoredObject {
  readonly bytes: Buffer
  readonly etag: string
  /** Content-Type, Cache-Control and `x-amz-meta-*`. */
  readonly headers: Readonly<Record<string, string>>
}

interface Upload {
  readonly key: string
  readonly headers: Readonly<Record<string, string>>
  readonly parts: Map<number, { bytes: Buffer; etag: string }>
}

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Buffer
}

export interface Ask {
  readonly method: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingHttpHeaders
  readonly bytes: Buffer
}

const smallestPart = 5 * 1024 * 1024
const md5 = (bytes: Buffer): Buffer => createHash('md5').update(bytes).digest()
const xml = (body: string): Answer => ({ status: 200, headers: { 'content-type': 'application/xml' }, body })
const precondition = (): Refused =>
  new Refused(412, 'PreconditionFailed', 'At least one of the preconditions you specified did not hold.')

const kept = (headers: IncomingHttpHeaders): Record<string, string> =>
  Object.fromEntries(
    Object.entries(headers).filter(
      (entry): entry is [string, string] =>
        typeof entry[1] === 'string' &&
        (/^(content-type|cache-control)$/.test(entry[0]) || entry[0].startsWith('x-amz-meta-')),
    ),
  )

/** One bucket in memory, strict as S3 is; `pageSize` is how many names a list gives at most. */
export function openBucket(name: string, pageSize: number) {
  const objects = new Map<string, StoredObject>()
  const uploads = new Map<string, Upload>()

  function store(
    key: string,
    bytes: Buffer,
    etag: string,
    headers: Readonly<Record<string, string>>,
    asked: IncomingHttpHeaders,
  ): void {
    const condition = asked['if-none-match']
    if (condition !== undefined && condition !== '*')
      throw new Refused(501, 'NotImplemented', 'If-None-Match takes * only')
    if (condition === '*' && objects.has(key)) throw precondition()
    const match = asked['if-match']
    if (match !== undefined && objects.get(key)?.etag !== match) throw precondition()
    objects.set(key, { bytes, etag, headers })
  }

  function list(query: URLSearchParams): Answer {
    const prefix = query.get('prefix') ?? ''
    const after = query.get('continuation-token') ?? ''
    const most = Math.min(pageSize, Number(query.get('max-keys') ?? 1000))
    const left = Array.from(objects.keys())
      .filter((key) => key.startsWith(prefix) && key > after)
      .sort()
    const page = left.slice(0, most)
    const last = page.at(-1)
    const isTruncated = left.length > most
    return xml(
      xmlOf('ListBucketResult', {
        Name: name,
        Prefix: prefix,
        KeyCount: page.length,
        MaxKeys: most,
        IsTruncated: isTruncated,
        ...(isTruncated && last !== undefined ? { NextContinuationToken: last } : {}),
        Contents: page.map((key) => {
          const { bytes, etag } = objects.get(key) ?? { bytes: Buffer.alloc(0), etag: '' }
          return `<Contents><Key>${xmlText(key)}</Key><LastModified>2026-11-01T00:00:00.000Z</LastModified><ETag>${xmlText(etag)}</ETag><Size>${bytes.length}</Size></Contents>`
        }),
      }),
    )
  }

  function uploadOf(query: URLSearchParams, key: string): Upload {
    const upload = uploads.get(query.get('uploadId') ?? '')
    if (upload?.key === key) return upload
    throw new Refused(404, 'NoSuchUpload', 'The specified multipart upload does not exist.')
  }

  function complete({ key, query, bytes, headers }: Ask): Answer {
    const upload = uploadOf(query, key)
    const asked = Array.from(bytes.toString().matchAll(/<Part>(.*?)<\/Part>/gs), ([, part = '']) => ({
      number: Number(/<PartNumber>(\d+)<\/PartNumber>/.exec(part)?.[1]),
      etag: (/<ETag>(.*?)<\/ETag>/.exec(part)?.[1] ?? '').replaceAll('&quot;', '"'),
    }))
    if (asked.length === 0) throw new Refused(400, 'MalformedXML', 'There are no parts')
    const parts = asked.map(({ number, etag }, at) => {
      const part = upload.parts.get(number)
      if (!part || part.etag.replaceAll('"', '') !== etag.replaceAll('"', ''))
        throw new Refused(400, 'InvalidPart', 'One or more of the parts could not be found')
      if (number <= (asked[at - 1]?.number ?? 0))
        throw new Refused(400, 'InvalidPartOrder', 'The list of parts was not in ascending order')
      if (at < asked.length - 1 && part.bytes.length < smallestPart)
        throw new Refused(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size')
      return part
    })
    const etag = `"${md5(Buffer.concat(parts.map((part) => md5(part.bytes)))).toString('hex')}-${parts.length}"`
    store(key, Buffer.concat(parts.map((part) => part.bytes)), etag, upload.headers, headers)
    uploads.delete(query.get('uploadId') ?? '')
    return xml(xmlOf('CompleteMultipartUploadResult', { Bucket: name, Key: key, ETag: etag }))
  }

  function answer(ask: Ask): Answer {
    const { method, key, query, headers, bytes } = ask
    if (key === '') {
      if (method === 'GET' && query.has('uploads'))
        return xml(
          xmlOf('ListMultipartUploadsResult', {
            Bucket: name,
            IsTruncated: false,
            Upload: Array.from(uploads)
              .filter(([, upload]) => upload.key.startsWith(query.get('prefix') ?? ''))
              .map(([id, upload]) => `<Upload><Key>${xmlText(upload.key)}</Key><UploadId>${id}</UploadId></Upload>`),
          }),
        )
      if (method === 'GET' && query.get('list-type') === '2') return list(query)
      if (method === 'HEAD') return { status: 200 }
      throw new Refused(501, 'NotImplemented', `The double knows no ${method} of a bucket`)
    }
    if (method === 'POST' && query.has('uploads')) {
      const id = randomBytes(12).toString('hex')
      uploads.set(id, { key, headers: kept(headers), parts: new Map() })
      return xml(xmlOf('InitiateMultipartUploadResult', { Bucket: name, Key: key, UploadId: id }))
    }
    if (method === 'POST' && query.has('uploadId')) return complete(ask)
    if (method === 'PUT' && query.has('uploadId')) {
      const etag = `"${md5(bytes).toString('hex')}"`
      const number = Number(query.get('partNumber'))
      if (!Number.isInteger(number) || number < 1 || number > 10_000)
        throw new Refused(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000')
      uploadOf(query, key).parts.set(number, { bytes, etag })
      return { status: 200, headers: { etag } }
    }
    if (method === 'DELETE' && query.has('uploadId')) {
      uploadOf(query, key)
      uploads.delete(query.get('uploadId') ?? '')
      return { status: 204 }
    }
    if (method === 'PUT') {
      if (headers['x-amz-copy-source'] !== undefined)
        throw new Refused(501, 'NotImplemented', 'The double copies nothing')
      const etag = `"${md5(bytes).toString('hex')}"`
      store(key, bytes, etag, kept(headers), headers)
      return { status: 200, headers: { etag } }
    }
    if (method === 'DELETE') {
      objects.delete(key)
      return { status: 204 }
    }
    if (method === 'GET' || method === 'HEAD') {
      const found = objects.get(key)
      if (!found) throw new Refused(404, 'NoSuchKey', 'The specified key does not exist.')
      return {
        status: 200,
        headers: { ...found.headers, etag: found.etag, 'last-modified': 'Sun, 01 Nov 2026 00:00:00 GMT' },
        body: found.bytes,
      }
    }
    throw new Refused(405, 'MethodNotAllowed')
  }

  return { objects, uploads, answer }
}
