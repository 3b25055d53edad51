import { once } from 'node:events'
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { type Answer, openBucket, type StoredObject } from './bucket.ts'
import { payloadOf } from './payload.ts'
import { Refused, xmlOf } from './refusal.ts'
import { queryOf, verifySignature } from './signature.ts'

export interface Asked {
  readonly method: string
  readonly bucket: string
  readonly key: string
  readonly query: URLSearchParams
  readonly headers: IncomingMessage['headers']
  status: number
}

/** `lost`: done, then the connection is reset without an answer. */
export type Fault = 'slow-down' | 'hang' | 'lost' | 'reset'

export interface DoubleOptions {
  readonly accessKeyId?: string
  readonly secretAccessKey?: string
  readonly region?: string
  readonly buckets?: readonly string[]
  /** False: 501 for every conditional write. */
  readonly hasConditions?: boolean
  /** False: 501 for checksum headers. */
  readonly hasChecksums?: boolean
  /** How far its clock is from ours. */
  readonly clockOffsetMs?: number
  readonly pageSize?: number
  /** What goes wrong with a request; it is asked for each, in order. */
  readonly fault?: (asked: Asked) => Fault | null
}

export type S3Double = Awaited<ReturnType<typeof startS3Double>>

/** A strict S3 on loopback: signatures, checksums, conditions and parts are verified; faults come as a test asks. */
export async function startS3Double(options: DoubleOptions = {}) {
  const {
    accessKeyId = 'AKIDDOUBLE',
    secretAccessKey = 'double/secret+key',
    region = 'us-east-1',
    pageSize = 1000,
  } = options
  const { hasConditions = true, hasChecksums = true, clockOffsetMs = 0 } = options
  const buckets = new Map((options.buckets ?? ['pictures']).map((name) => [name, openBucket(name, pageSize)]))
  const asked: Asked[] = []
  let fault = options.fault ?? (() => null)

  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const pieces: Buffer[] = []
    for await (const piece of request) pieces.push(piece)
    const target = request.url ?? '/'
    const [, bucketName = '', ...steps] = (target.split('?')[0] ?? '').split('/')
    const entry: Asked = {
      method: request.method ?? '',
      bucket: decodeURIComponent(bucketName),
      key: decodeURIComponent(steps.join('/')),
      query: queryOf(target),
      headers: request.headers,
      status: 0,
    }
    asked.push(entry)
    const trouble = fault(entry)
    if (trouble === 'hang') return
    if (trouble === 'reset') return void request.socket.resetAndDestroy()
    let answer: Answer
    try {
      if (trouble === 'slow-down') throw new Refused(503, 'SlowDown', 'Please reduce your request rate.')
      answer = answerTo(entry, Buffer.concat(pieces), target)
    } catch (error) {
      const refused = error instanceof Refused ? error : new Refused(500, 'InternalError', String(error))
      const { status, code, message, more } = refused
      const body = xmlOf('Error', { Code: code, Message: message, ...more, RequestId: 'double' })
      const headers = { 'content-type': 'application/xml', 'x-amz-bucket-region': region }
      answer = { status, headers, ...(entry.method === 'HEAD' ? {} : { body }) }
    }
    entry.status = answer.status
    if (trouble === 'lost') return void request.socket.resetAndDestroy()
    const body = answer.body ?? ''
    response.writeHead(answer.status, {
      date: new Date(Date.now() + clockOffsetMs).toUTCString(),
      'x-amz-request-id': 'double',
      ...answer.headers,
      ...(answer.status === 204 ? {} : { 'content-length': Buffer.byteLength(body) }),
    })
    response.end(entry.method === 'HEAD' ? undefined : body)
  }

  function answerTo(entry: Asked, body: Buffer, target: string): Answer {
    const { method, headers, key, query } = entry
    const nowMs = Date.now() + clockOffsetMs
    const secretOf = (id: string): string | null => (id === accessKeyId ? secretAccessKey : null)
    const hash = verifySignature({ method, target, headers, body }, { secretOf, region, nowMs })
    const bucket = buckets.get(entry.bucket)
    if (!bucket) throw new Refused(404, 'NoSuchBucket', 'The specified bucket does not exist')
    const isConditional = headers['if-none-match'] !== undefined || headers['if-match'] !== undefined
    if (!hasConditions && isConditional && method !== 'GET' && method !== 'HEAD')
      throw new Refused(501, 'NotImplemented', 'A header you provided implies functionality that is not implemented')
    if (!hasChecksums && Object.keys(headers).some((name) => /^x-amz-(checksum-|sdk-checksum|trailer)/.test(name)))
      throw new Refused(501, 'NotImplemented', 'Checksum headers are not implemented')
    return bucket.answer({ method, key, query, headers, bytes: payloadOf(body, hash, headers) })
  }

  const server = createServer((request, response) => {
    handle(request, response).catch(() => request.socket.destroy())
  })
  server.listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The double does not listen on a port.')

  return {
    url: `http://127.0.0.1:${address.port}`,
    accessKeyId,
    secretAccessKey,
    region,
    /** Every request so far, in the order they came. */
    asked: (): readonly Asked[] => asked,
    /** Requests that would write an object, so far. */
    puts: (): number => asked.filter(({ method }) => method === 'PUT').length,
    forget: (): void => void asked.splice(0),
    setFault: (next: (asked: Asked) => Fault | null): void => {
      fault = next
    },
    objects: (bucket = 'pictures'): Map<string, StoredObject> => buckets.get(bucket)?.objects ?? new Map(),
    /** Uploads in parts that were begun and not ended. */
    uploads: (bucket = 'pictures'): number => buckets.get(bucket)?.uploads.size ?? 0,
    async close(): Promise<void> {
      server.closeAllConnections()
      await new Promise((done) => server.close(done))
    },
  }
}
