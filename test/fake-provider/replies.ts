import type { ServerResponse } from 'node:http'
import { setTimeout as sleep } from 'node:timers/promises'
import { gzipSync } from 'node:zlib'
import type { Fault } from './faults.ts'

export interface Answer {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  readonly body: Buffer
}

export const jsonAnswer = (status: number, value: unknown, headers: Readonly<Record<string, string>> = {}): Answer => ({
  status,
  headers: { 'content-type': 'application/json', ...headers },
  body: Buffer.from(JSON.stringify(value)),
})

/** The faults that are the same in every wire format, as answers; null where the fault is another's matter. */
export function statusAnswer(fault: Fault): Answer | null {
  if (fault.kind !== 'status') return null
  if (typeof fault.body === 'string') {
    return { status: fault.status, headers: { ...fault.headers }, body: Buffer.from(fault.body) }
  }
  return jsonAnswer(fault.status, fault.body ?? {}, fault.headers)
}

/** Writes an answer, or what a fault of the connection leaves of it. */
export async function sendAnswer(response: ServerResponse, answer: Answer, fault: Fault | null): Promise<void> {
  const { status, headers = {}, body } = answer
  const half = body.subarray(0, Math.floor(body.length / 2))
  const { socket } = response
  if (!socket || socket.destroyed) return
  switch (fault?.kind) {
    case 'hang':
      return
    case 'lost':
    case 'drop':
      socket.destroy()
      return
    case 'garbage':
      response.writeHead(status, headers).end('\u0000\u0001{"data": [garbage')
      return
    case 'slow': {
      response.writeHead(status, { ...headers, 'content-length': body.length })
      const step = Math.ceil(body.length / fault.pieces)
      for (let at = 0; at < body.length && !socket.destroyed; at += step) {
        response.write(body.subarray(at, at + step))
        await sleep(fault.everyMs)
      }
      response.end()
      return
    }
    case 'cut':
      // Past the server's own writer, which would not send an answer that is wrong.
      socket.end(Buffer.concat([Buffer.from(`HTTP/1.1 ${status} OK\r\n`), ...cutOff(fault.how, body, half, headers)]))
      return
    default:
      response.writeHead(status, { ...headers, 'content-length': body.length }).end(body)
  }
}

function cutOff(
  how: Extract<Fault, { kind: 'cut' }>['how'],
  body: Buffer,
  half: Buffer,
  headers: Readonly<Record<string, string>>,
): Buffer[] {
  const head = (extra: Record<string, string | number>): Buffer =>
    Buffer.from(
      `${Object.entries({ ...headers, ...extra })
        .map(([name, value]) => `${name}: ${value}\r\n`)
        .join('')}\r\n`,
    )
  if (how === 'length') return [head({ 'content-length': body.length }), half]
  if (how === 'close') return [head({ connection: 'close' }), half]
  if (how === 'chunked') {
    return [
      head({ 'transfer-encoding': 'chunked' }),
      Buffer.from(`${half.length.toString(16)}\r\n`),
      half,
      Buffer.from('\r\n'),
    ]
  }
  const packed = gzipSync(body)
  const cut = packed.subarray(0, Math.floor(packed.length / 2))
  return [head({ connection: 'close', 'content-encoding': 'gzip' }), cut]
}
