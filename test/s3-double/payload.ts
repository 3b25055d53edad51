import { createHash } from 'node:crypto'
import type { IncomingHttpHeaders } from 'node:http'
import { crc32 } from 'node:zlib'
import { Refused } from './refusal.ts'

const digest = (algorithm: string, bytes: Buffer): string => createHash(algorithm).update(bytes).digest('base64')

/** Every checksum that S3 knows by a header of its own, but CRC32C and CRC64 (nobody here sends them). */
const checksums: Readonly<Record<string, (bytes: Buffer) => string>> = {
  'x-amz-checksum-crc32': (bytes) => {
    const value = Buffer.alloc(4)
    value.writeUInt32BE(crc32(bytes))
    return value.toString('base64')
  },
  'x-amz-checksum-sha1': (bytes) => digest('sha1', bytes),
  'x-amz-checksum-sha256': (bytes) => digest('sha256', bytes),
}

/** The bytes of a body, checked against everything that was said of them. Throws what S3 says of bytes that do not fit. */
export function payloadOf(body: Buffer, signedHash: string, headers: IncomingHttpHeaders): Buffer {
  if (signedHash === 'STREAMING-UNSIGNED-PAYLOAD-TRAILER') return inChunks(body, headers)
  if (signedHash !== 'UNSIGNED-PAYLOAD') {
    if (!/^[0-9a-f]{64}$/.test(signedHash))
      throw new Refused(501, 'NotImplemented', `The double knows no ${signedHash}`)
    if (createHash('sha256').update(body).digest('hex') !== signedHash)
      throw new Refused(
        400,
        'XAmzContentSHA256Mismatch',
        'The provided x-amz-content-sha256 header does not match what was computed.',
      )
  }
  checkAll(body, headers)
  return body
}

function checkAll(bytes: Buffer, said: Readonly<Record<string, string | string[] | undefined>>): void {
  const md5 = said['content-md5']
  if (md5 !== undefined && md5 !== digest('md5', bytes)) throw badDigest('Content-MD5')
  for (const [name, value] of Object.entries(said)) {
    if (!name.startsWith('x-amz-checksum-') || /algorithm|mode|type/.test(name)) continue
    const make = checksums[name]
    if (!make) throw new Refused(501, 'NotImplemented', `The double knows no ${name}`)
    if (make(bytes) !== value) throw badDigest(name)
  }
}

const badDigest = (name: string): Refused =>
  new Refused(400, 'BadDigest', `The ${name} you specified did not match what we received.`)

/** `aws-chunked` with a trailer that holds the checksum. */
function inChunks(body: Buffer, headers: IncomingHttpHeaders): Buffer {
  const pieces: Buffer[] = []
  let at = 0
  const line = (): string => {
    const end = body.indexOf('\r\n', at)
    if (end < 0) throw new Refused(400, 'IncompleteBody', 'The chunked body ended too early')
    const text = body.subarray(at, end).toString('latin1')
    at = end + 2
    return text
  }
  for (;;) {
    const length = Number.parseInt(line(), 16)
    if (!Number.isInteger(length)) throw new Refused(400, 'InvalidRequest', 'A chunk has no length')
    if (length === 0) break
    pieces.push(body.subarray(at, at + length))
    at += length
    if (line() !== '') throw new Refused(400, 'InvalidRequest', 'A chunk has another length than it says')
  }
  const trailers: Record<string, string> = {}
  for (let text = line(); text !== ''; text = line()) {
    const colon = text.indexOf(':')
    trailers[text.slice(0, colon).trim().toLowerCase()] = text.slice(colon + 1).trim()
  }
  const bytes = Buffer.concat(pieces)
  if (String(bytes.length) !== headers['x-amz-decoded-content-length'])
    throw new Refused(400, 'IncompleteBody', 'The body has another length than x-amz-decoded-content-length says')
  const promised = String(headers['x-amz-trailer'] ?? '')
  if (promised && !(promised in trailers))
    throw new Refused(400, 'MalformedTrailerError', `There is no trailer ${promised}`)
  checkAll(bytes, { ...headers, ...trailers })
  return bytes
}
