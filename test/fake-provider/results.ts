import type { ServerResponse } from 'node:http'
import { createServer } from 'node:net'
import type { Fault } from './faults.ts'
import { bombPng } from './pictures.ts'

type Wrong = Extract<Fault, { kind: 'url' }>['wrong']

/** Pictures that are given out by address, with all that can be wrong with one. */
export interface Results {
  /** Keeps a picture and gives the address where it can be fetched; for `private` one that nobody may open. */
  keep(bytes: Buffer, type: string, wrong: Wrong): string
  answer(id: string, response: ServerResponse): void
  /** How often somebody connected to the private address that a client must never open. */
  trippedCount(): number
  close(): void
}

/** `base` is where this provider can be reached, without a slash at its end. */
export async function openResults(base: () => string): Promise<Results> {
  const kept = new Map<string, { bytes: Buffer; type: string; wrong: Wrong }>()
  let tripped = 0
  const tripwire = createServer((socket) => {
    tripped++
    socket.on('error', () => undefined).end('HTTP/1.1 200 OK\r\ncontent-length: 6\r\n\r\nsecret')
  })
  await new Promise<void>((done) => tripwire.listen(0, '127.0.0.1', done))
  const address = tripwire.address()
  const secret = `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}/latest/meta-data`

  return {
    keep: (bytes, type, wrong) => {
      if (wrong === 'private') return secret
      const id = `${kept.size + 1}`
      kept.set(id, { bytes, type, wrong })
      return `${base()}/files/${id}`
    },
    answer: (id, response) => {
      const result = kept.get(id)
      if (!result) return void response.writeHead(404).end('no such picture')
      const { bytes, type, wrong } = result
      if (wrong === 'expired') return void response.writeHead(403).end('Request has expired')
      if (wrong === 'redirect-private') return void response.writeHead(302, { location: secret }).end()
      if (wrong === 'endless') return void response.writeHead(302, { location: `/files/${id}` }).end()
      if (wrong === 'too-big') return pour(response)
      const body = wrong === 'bomb' ? bombPng() : bytes
      response.writeHead(200, { 'content-type': type, 'content-length': body.length }).end(body)
    },
    trippedCount: () => tripped,
    close: () => void tripwire.close(),
  }
}

/** A body without a length and without an end, at most 1 GB. */
function pour(response: ServerResponse): void {
  response.writeHead(200, { 'content-type': 'image/png' })
  const megabyte = Buffer.alloc(1_000_000, 1)
  let left = 1_000
  const more = (): void => {
    while (left-- > 0) if (!response.write(megabyte)) return void response.once('drain', more)
    response.end()
  }
  more()
}
