import { type FileHandle, open } from 'node:fs/promises'
import { AppError, messageOf } from '#shared/errors.ts'
import type { SentInPieces } from './conversation.ts'

/** A file's bytes as a body, read while they are sent, with a few bytes before and after it (a form's own). */
export interface FileBody {
  readonly path: string
  readonly byteLength: number
  readonly before?: Uint8Array
  readonly after?: Uint8Array
}

/** How much of a file is in memory at once. */
const pieceBytes = 256 * 1024

export const isFileBody = (body: object): body is FileBody => 'path' in body && 'byteLength' in body

/**
 * Opens the file before anything is sent. Throws AppError `storage` where it cannot be read or has another length than was
 * said; `failure` gives the same for one that fails on the way, when the connection is what seems to have broken.
 */
export async function openFileBody(body: FileBody): Promise<{
  readonly sent: SentInPieces
  readonly failure: () => AppError | null
  close(): Promise<void>
}> {
  const { path, byteLength, before, after } = body
  let failed: AppError | null = null
  const unreadable = (why: string, cause?: unknown): AppError =>
    new AppError('storage', `The file ${path} that was to be sent ${why}.`, { billed: false, cause })
  const file = await open(path).catch((cause: unknown) => {
    throw unreadable(`cannot be read: ${messageOf(cause)}`, cause)
  })
  const { size } = await file.stat()
  if (size !== byteLength) {
    await file.close()
    throw unreadable(`has ${size} bytes, not ${byteLength}`)
  }

  async function* pieces(): AsyncGenerator<Uint8Array> {
    if (before) yield before
    try {
      yield* piecesOf(file, byteLength)
    } catch (cause) {
      failed = unreadable(`cannot be read: ${messageOf(cause)}`, cause)
      throw failed
    }
    if (after) yield after
  }
  return {
    sent: { byteLength: (before?.length ?? 0) + byteLength + (after?.length ?? 0), pieces: pieces() },
    failure: () => failed,
    close: () => file.close(),
  }
}

async function* piecesOf(file: FileHandle, byteLength: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < byteLength; ) {
    // A new buffer each time: the one before may still wait in the socket.
    const buffer = Buffer.allocUnsafe(Math.min(pieceBytes, byteLength - at))
    const { bytesRead } = await file.read(buffer, 0, buffer.length, at)
    if (bytesRead === 0) throw new Error('it became shorter')
    at += bytesRead
    yield buffer.subarray(0, bytesRead)
  }
}
