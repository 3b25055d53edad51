import { hash } from 'node:crypto'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import type { Content, Destination, Standing } from '../destination.ts'
import { stoppedSentence } from '../write-files.ts'
import type { S3 } from './open-s3.ts'
import { bucketError } from './s3-errors.ts'
import { noFallbacks, type WriteWish, writeBytes, writeFile } from './write-object.ts'

/** As many as rclone's default twice over; a file waits for answers more than for the line. */
const filesAtOnce = 8

/** Written before the first picture and gone with the last: where it stands, a delivery was killed or stopped. */
const unfinishedName = '.proofsheet-unfinished.json'

const contentTypes: Readonly<Record<string, string>> = {
  json: 'application/json',
  csv: 'text/csv; charset=utf-8',
  html: 'text/html; charset=utf-8',
  xmp: 'application/rdf+xml',
}

export interface BucketOptions {
  /** `s3://bucket/prefix/BATCH`, and what of it is the keys' beginning: `prefix/BATCH`. */
  readonly target: string
  readonly root: string
  readonly bucket: string
  /** The service, as a person knows it. */
  readonly service: string
  readonly cacheControl: string | null
  /** Opens the connection; called once, when it is first needed. */
  readonly open: (signal: AbortSignal) => Promise<S3>
  readonly now: () => number
}

/** A bucket as a destination; nothing is asked of it before the first method. */
export function bucketDestination(options: BucketOptions): Destination {
  const { target, root, bucket, service } = options
  const stopper = new AbortController()
  const fallbacks = noFallbacks()
  const spare: Buffer[] = []
  let opened: Promise<S3> | null = null
  /** What stands below the target: size by key. Asked for once, then kept as this delivery changes it. */
  let listed: Promise<Map<string, number>> | null = null
  const keyOf = (path: string): string => `${root}/${path}`

  /** Runs a step at the service; its error becomes a sentence. */
  async function step<Result>(work: (s3: S3) => Promise<Result>): Promise<Result> {
    try {
      opened ??= options.open(stopper.signal)
      return await work(await opened)
    } catch (error) {
      if (stopper.signal.aborted) throw new AppError('canceled', stoppedSentence, { cause: error })
      throw bucketError(error, { bucket, service, nowMs: options.now() })
    }
  }

  const standing = (): Promise<Map<string, number>> => {
    listed ??= step((s3) => s3.list(`${root}/`))
    return listed
  }

  async function hashOf(key: string): Promise<string | null> {
    return step(async (s3) => {
      const there = await s3.head(key)
      if (there?.sha256) return there.sha256
      const bytes = there ? await s3.get(key) : null
      return bytes && hash('sha256', bytes)
    })
  }

  async function write(path: string, content: Content): Promise<string | null> {
    const there = await standing()
    const key = keyOf(path)
    const { contentType, sha256 } = content
    const wish: WriteWish = { key, contentType, sha256, cacheControl: options.cacheControl, onlyNew: !there.has(key) }
    return step(async (s3) => {
      if (content.kind === 'bytes') {
        await writeBytes(s3, content.bytes, wish, fallbacks)
        there.set(key, content.bytes.length)
        return null
      }
      const name = `The library’s picture ${sha256.slice(0, 12)}`
      try {
        const isWhole = await writeFile(s3, content.file, content.byteLength, wish, fallbacks, spare)
        if (!isWhole) return `${name} is damaged: its bytes have changed. Run verify.`
      } catch (error) {
        const code = fileCodeOf(error)
        if (code === null) throw error
        return `${name} ${code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`}. Run verify.`
      }
      there.set(key, content.byteLength)
      return null
    })
  }

  return {
    target,
    addressOf: (path) => `${target}/${path}`,
    filesAtOnce,

    async refusal() {
      try {
        await step((s3) => s3.probe(`${root}/`))
        return null
      } catch (error) {
        if (errorCodeOf(error) === null) throw error
        return messageOf(error)
      }
    },

    async readText(path) {
      const bytes = await step((s3) => s3.get(keyOf(path)))
      return bytes && new TextDecoder().decode(bytes)
    },

    async look(path): Promise<Standing | null> {
      const byteLength = (await standing()).get(keyOf(path))
      return byteLength === undefined ? null : { byteLength, identity: null, sha256: () => hashOf(keyOf(path)) }
    },

    async prepare() {
      if (!(await standing()).has(keyOf(unfinishedName))) return
      try {
        await step(async (s3) => {
          for (const { key, uploadId } of await s3.unended(`${root}/`)) await s3.abort(key, uploadId)
        })
      } catch (error) {
        if (errorCodeOf(error) === 'canceled') throw error
        fallbacks.notes.add(
          'What a stopped delivery uploaded in part could not be cleared away; a lifecycle rule of the bucket can do it.',
        )
      }
    },

    async writeText(path, pieces) {
      const bytes = Buffer.from(Array.from(pieces).join(''))
      const contentType = contentTypes[path.slice(path.lastIndexOf('.') + 1)] ?? 'text/plain; charset=utf-8'
      // A manifest is replaced by the next delivery, so no cache may keep it.
      const wish = {
        key: keyOf(path),
        contentType,
        sha256: hash('sha256', bytes),
        cacheControl: 'no-cache',
        onlyNew: false,
      }
      await step((s3) => writeBytes(s3, bytes, wish, fallbacks))
      const there = await standing()
      there.set(keyOf(path), bytes.length)
    },

    put: write,
    settle: async () => undefined,

    async remove(path) {
      await step((s3) => s3.remove(keyOf(path)))
      const there = await standing()
      there.delete(keyOf(path))
    },

    // A bucket has no folders.
    removeEmpty: async () => undefined,
    link: (path, seconds) => step((s3) => s3.link(keyOf(path), seconds)),
    notes: () => [...fallbacks.notes],
    stop: () => stopper.abort(),

    async close() {
      const s3 = await opened?.catch(() => null)
      s3?.close()
    },
  }
}

/** The code of an error of the file system, `ENOENT`; null for every other. */
const fileCodeOf = (error: unknown): string | null =>
  error instanceof Error && 'syscall' in error && 'path' in error && 'code' in error && typeof error.code === 'string'
    ? error.code
    : null
