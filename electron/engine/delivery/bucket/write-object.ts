import { createHash, hash } from 'node:crypto'
import { open } from 'node:fs/promises'
import { AppError } from '#shared/errors.ts'
import type { ObjectParts, S3 } from './open-s3.ts'
import { isNotImplemented, isPassing, refusalOf } from './s3-errors.ts'

/** Over this, a file goes in parts of this size. S3's parts have 5 MiB at least and are 10,000 at most. */
const partBytes = 8 * 1024 * 1024
const mostParts = 10_000
const partsAtOnce = 2
const leastBuffer = 2 * 1024 * 1024

/** What the service cannot do, found out on the way; kept for all objects of a delivery. */
export interface Fallbacks {
  hasConditions: boolean
  hasChecksums: boolean
  readonly notes: Set<string>
}

export const noFallbacks = (): Fallbacks => ({ hasConditions: true, hasChecksums: true, notes: new Set() })

const noConditions =
  'This service knows no conditional writes (If-None-Match), so Proofsheet looked before each write instead.'
const noChecksums =
  'This service refuses S3’s checksum headers, so files went without; the signature of each still covers its SHA-256.'

/** What to write, and how to tell that nothing of another hand is written over. */
export interface WriteWish extends ObjectParts {
  readonly key: string
  /** False where what stands there is ours and to be replaced. */
  readonly onlyNew: boolean
}

/** Another object has the name. */
const takenError = (key: string): AppError =>
  new AppError(
    'invalid-input',
    `${key} is another object that no delivery wrote, so it is kept. Move it away or change the name template.`,
  )

/** Writes bytes that are in memory as one object. Throws `invalid-input` where another object came there meanwhile. */
export async function writeBytes(s3: S3, bytes: Uint8Array, wish: WriteWish, fallbacks: Fallbacks): Promise<void> {
  if (bytes.length > partBytes) {
    await inParts(
      s3,
      bytes.length,
      async (at, length) => bytes.subarray(at, at + length),
      () => true,
      wish,
      fallbacks,
    )
    return
  }
  await conditionally(s3, wish, bytes.length, fallbacks, (onlyNew, checksum) =>
    s3.put(wish.key, bytes, { ...wish, onlyNew, checksum }),
  )
}

/**
 * Writes a file of the library as one object; only what has the right hash becomes one. False where its bytes are not what
 * they should be. Throws the file system's errors as they are. `spare` keeps buffers for the next files: to make and drop one
 * for each keeps the garbage collector busy.
 */
export async function writeFile(
  s3: S3,
  file: string,
  byteLength: number,
  wish: WriteWish,
  fallbacks: Fallbacks,
  spare: Buffer[],
): Promise<boolean> {
  const handle = await open(file, 'r')
  try {
    if ((await handle.stat()).size !== byteLength) return false
    if (byteLength <= partBytes) {
      // In one read: readFile of a handle takes its file in pieces and joins them.
      const buffer = spareFor(byteLength, spare)
      const bytes = buffer.subarray(0, byteLength)
      await handle.read(bytes, 0, byteLength, 0)
      if (hash('sha256', bytes) !== wish.sha256) return false
      await writeBytes(s3, bytes, wish, fallbacks)
      spare.push(buffer)
      return true
    }
    // In the order of the file, while the parts are on their way: the upload is only ended where the whole was right.
    const whole = createHash('sha256')
    const read = async (at: number, length: number): Promise<Uint8Array> => {
      const piece = Buffer.allocUnsafe(length)
      const { bytesRead } = await handle.read(piece, 0, length, at)
      whole.update(piece.subarray(0, bytesRead))
      return piece
    }
    return await inParts(s3, byteLength, read, () => whole.digest('hex') === wish.sha256, wish, fallbacks)
  } finally {
    await handle.close()
  }
}

function spareFor(byteLength: number, spare: Buffer[]): Buffer {
  const found = spare.pop()
  return found && found.length >= byteLength ? found : Buffer.allocUnsafeSlow(Math.max(byteLength, leastBuffer))
}

/** False where `isRight` says no once every part was read: then nothing is there. `read` is asked in order. */
async function inParts(
  s3: S3,
  byteLength: number,
  read: (at: number, length: number) => Promise<Uint8Array>,
  isRight: () => boolean,
  wish: WriteWish,
  fallbacks: Fallbacks,
): Promise<boolean> {
  const size = Math.max(partBytes, Math.ceil(byteLength / mostParts))
  const uploadId = await s3.begin(wish.key, wish)
  const sending: Promise<string>[] = []
  try {
    for (let at = 0; at < byteLength; at += size) {
      // Never more pieces in memory than are on their way.
      await sending.at(-partsAtOnce)
      const piece = await read(at, Math.min(size, byteLength - at))
      const sent = s3.part(wish.key, uploadId, sending.length + 1, piece)
      sent.catch(() => undefined)
      sending.push(sent)
    }
    const etags = await Promise.all(sending)
    if (isRight()) {
      await conditionally(s3, wish, byteLength, fallbacks, (onlyNew) => s3.complete(wish.key, uploadId, etags, onlyNew))
      return true
    }
  } catch (error) {
    await Promise.allSettled(sending)
    // The first error is the one to tell; what stays is taken away by the next delivery.
    await s3.abort(wish.key, uploadId).catch(() => undefined)
    throw error
  }
  await s3.abort(wish.key, uploadId)
  return false
}

/**
 * Sends a write, repeated while it may pass, without what the service says it does not know. A lost answer makes the next
 * attempt find our own object (412; or, in parts, an upload that is no more): then all is well.
 */
async function conditionally(
  s3: S3,
  wish: WriteWish,
  byteLength: number,
  fallbacks: Fallbacks,
  send: (onlyNew: boolean, checksum: boolean) => Promise<void>,
): Promise<void> {
  let isSecond = false
  const attempt = async (): Promise<void> => {
    const onlyNew = wish.onlyNew && fallbacks.hasConditions
    const checksum = fallbacks.hasChecksums
    // Without conditions, what came there since it was last looked at is found only by looking.
    if (wish.onlyNew && !onlyNew && (await standsThere(s3, wish, byteLength))) return
    try {
      await send(onlyNew, checksum)
    } catch (error) {
      if (fellBack(error, onlyNew, checksum, fallbacks)) return attempt()
      const refusal = refusalOf(error)
      const mayBeOurs = refusal?.status === 412 || (isSecond && refusal?.code === 'NoSuchUpload')
      if (mayBeOurs && (await standsThere(s3, wish, byteLength))) return
      isSecond = true
      throw error
    }
  }
  await s3.repeated(attempt)
}

/** Whether our object is there; false for nothing, and `invalid-input` for another one. */
async function standsThere(s3: S3, { key, sha256 }: WriteWish, byteLength: number): Promise<boolean> {
  const there = await s3.head(key)
  if (!there) return false
  if (there.sha256 === sha256 && there.byteLength === byteLength) return true
  throw takenError(key)
}

/** Whether something that the service does not know is left out from now on, and the same may be sent again at once. */
function fellBack(error: unknown, onlyNew: boolean, checksum: boolean, fallbacks: Fallbacks): boolean {
  const refusal = refusalOf(error)
  if (!refusal || isPassing(error)) return false
  const isAboutChecksums = /checksum/i.test(refusal.message)
  if (onlyNew && isNotImplemented(error) && !isAboutChecksums) {
    fallbacks.hasConditions = false
    fallbacks.notes.add(noConditions)
    return true
  }
  const isUnknownHeader = isNotImplemented(error) || (refusal.status === 400 && isAboutChecksums)
  if (!checksum || !isUnknownHeader) return false
  fallbacks.hasChecksums = false
  fallbacks.notes.add(noChecksums)
  return true
}
