import type { S3Client, S3ClientConfig } from '@aws-sdk/client-s3'
import type { Fetch } from '#engine/network/network.ts'
import { AppError } from '#shared/errors.ts'
import { type RetryPlan, withRetries } from '../retry.ts'
import { isPassing, refusalOf } from './s3-errors.ts'
import { sdkHandler } from './sdk-handler.ts'

export interface S3Options {
  readonly bucket: string
  readonly endpoint: string | null
  readonly region: string | null
  readonly profile: string | null
  readonly forcePathStyle: boolean
  /** Null: the SDK's own chain (environment, profile, SSO, roles). */
  readonly credentials: {
    readonly accessKeyId: string
    readonly secretAccessKey: string
    readonly sessionToken?: string
  } | null
  readonly fetch: Fetch
  readonly retry: RetryPlan
  readonly replyWithinMs: number
}

export interface ObjectHead {
  readonly byteLength: number
  /** SHA-256 (hex) that we wrote beside the bytes; null where another hand wrote them. */
  readonly sha256: string | null
}

export interface ObjectParts {
  readonly contentType: string
  readonly cacheControl: string | null
  readonly sha256: string
}

export interface PutOptions extends ObjectParts {
  /** Only where nothing has this name. */
  readonly onlyNew: boolean
  /** Whether the service is told the SHA-256 in its own checksum header, too. */
  readonly checksum: boolean
}

export type S3 = Awaited<ReturnType<typeof openS3>>

const hashKey = 'sha256'
const isSha256 = (text: string | undefined): boolean => text !== undefined && /^[0-9a-f]{64}$/.test(text)
const isMissing = (error: unknown): boolean => {
  const refusal = refusalOf(error)
  return (
    refusal !== null && (refusal.code === 'NoSuchKey' || (refusal.code !== 'NoSuchBucket' && refusal.status === 404))
  )
}

/**
 * A bucket by the AWS SDK, which is loaded here and not before: 0.7 s and 34 MB (2026-11). Methods throw the SDK's errors or
 * AppError (see s3-errors.ts); `signal` ends them.
 */
export async function openS3(options: S3Options, signal: AbortSignal) {
  const [sdk, presigner] = await Promise.all([import('@aws-sdk/client-s3'), import('@aws-sdk/s3-request-presigner')])
  const { bucket: Bucket } = options
  const config: S3ClientConfig = {
    forcePathStyle: options.forcePathStyle,
    maxAttempts: 1,
    // Explicit checksums go beside these: the SDK's own would break on servers that know no trailers.
    requestChecksumCalculation: 'WHEN_REQUIRED',
    responseChecksumValidation: 'WHEN_REQUIRED',
    expectContinueHeader: false,
    requestHandler: sdkHandler(options.fetch, options.replyWithinMs),
    ...(options.endpoint === null ? {} : { endpoint: options.endpoint }),
    ...(options.region === null ? {} : { region: options.region }),
    ...(options.profile === null ? {} : { profile: options.profile }),
    ...(options.credentials === null ? {} : { credentials: options.credentials }),
  }
  const client: S3Client = new sdk.S3Client(config)
  const call = { abortSignal: signal }

  const repeated = <Result>(work: () => Promise<Result>): Promise<Result> =>
    withRetries(options.retry, signal, isPassing, async () => {
      if (signal.aborted) throw new AppError('canceled', 'The upload was stopped.')
      return work()
    })

  return {
    /** Every object below a prefix: its size by its key. */
    async list(Prefix: string): Promise<Map<string, number>> {
      const found = new Map<string, number>()
      let ContinuationToken: string | undefined
      do {
        const page = await repeated(() =>
          client.send(
            new sdk.ListObjectsV2Command({ Bucket, Prefix, ...(ContinuationToken ? { ContinuationToken } : {}) }),
            call,
          ),
        )
        for (const { Key, Size } of page.Contents ?? []) if (Key !== undefined) found.set(Key, Size ?? 0)
        ContinuationToken = page.IsTruncated === true ? page.NextContinuationToken : undefined
      } while (ContinuationToken)
      return found
    },

    /** Asks for one name only: whether the bucket is there and may be listed. */
    probe: async (Prefix: string): Promise<void> => {
      await repeated(() => client.send(new sdk.ListObjectsV2Command({ Bucket, Prefix, MaxKeys: 1 }), call))
    },

    /** Null for nothing. */
    async head(Key: string): Promise<ObjectHead | null> {
      try {
        const { ContentLength, Metadata } = await repeated(() =>
          client.send(new sdk.HeadObjectCommand({ Bucket, Key }), call),
        )
        const hash = Metadata?.[hashKey]
        return { byteLength: ContentLength ?? 0, sha256: isSha256(hash) && hash ? hash : null }
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },

    /** The whole object, 64 MB at most; null for nothing. */
    async get(Key: string): Promise<Uint8Array | null> {
      try {
        const { Body } = await repeated(() => client.send(new sdk.GetObjectCommand({ Bucket, Key }), call))
        return (await Body?.transformToByteArray()) ?? new Uint8Array()
      } catch (error) {
        if (isMissing(error)) return null
        throw error
      }
    },

    /** One PUT, sent once: `write-object.ts` repeats it, because the way it is sent may change. */
    async put(
      Key: string,
      Body: Uint8Array,
      { sha256, contentType, cacheControl, onlyNew, checksum }: PutOptions,
    ): Promise<void> {
      const command = new sdk.PutObjectCommand({
        Bucket,
        Key,
        Body,
        ContentType: contentType,
        Metadata: { [hashKey]: sha256 },
        ...(cacheControl === null ? {} : { CacheControl: cacheControl }),
        ...(onlyNew ? { IfNoneMatch: '*' } : {}),
        ...(checksum ? { ChecksumSHA256: Buffer.from(sha256, 'hex').toString('base64') } : {}),
      })
      // The hash is known, so the SDK need not make it again; it is signed, and the service compares it with the bytes.
      command.middlewareStack.add((next) => (args) => next(withPayloadHash(args, sha256)), { step: 'build' })
      await client.send(command, call)
    },

    remove: async (Key: string): Promise<void> => {
      await repeated(() => client.send(new sdk.DeleteObjectCommand({ Bucket, Key }), call))
    },

    /** An upload in parts; answers its id. */
    async begin(Key: string, { sha256, contentType, cacheControl }: ObjectParts): Promise<string> {
      const begun = await repeated(() =>
        client.send(
          new sdk.CreateMultipartUploadCommand({
            Bucket,
            Key,
            ContentType: contentType,
            Metadata: { [hashKey]: sha256 },
            ...(cacheControl === null ? {} : { CacheControl: cacheControl }),
          }),
          call,
        ),
      )
      if (begun.UploadId) return begun.UploadId
      throw new AppError('storage', `The bucket ${Bucket} began an upload in parts without a name for it.`)
    },

    /** Answers the part's entity tag. */
    async part(Key: string, UploadId: string, PartNumber: number, Body: Uint8Array): Promise<string> {
      const sent = await repeated(() =>
        client.send(new sdk.UploadPartCommand({ Bucket, Key, UploadId, PartNumber, Body }), call),
      )
      return sent.ETag ?? ''
    },

    /** Sent once; see `put`. */
    async complete(Key: string, UploadId: string, etags: readonly string[], onlyNew: boolean): Promise<void> {
      const Parts = etags.map((ETag, at) => ({ ETag, PartNumber: at + 1 }))
      const condition = onlyNew ? { IfNoneMatch: '*' } : {}
      await client.send(
        new sdk.CompleteMultipartUploadCommand({ Bucket, Key, UploadId, MultipartUpload: { Parts }, ...condition }),
        call,
      )
    },

    /** Also where the work itself was stopped, so without its signal. */
    abort: async (Key: string, UploadId: string): Promise<void> => {
      await client.send(new sdk.AbortMultipartUploadCommand({ Bucket, Key, UploadId }))
    },

    /** Uploads in parts that were begun below a prefix and never ended. */
    async unended(Prefix: string): Promise<{ key: string; uploadId: string }[]> {
      const { Uploads } = await repeated(() =>
        client.send(new sdk.ListMultipartUploadsCommand({ Bucket, Prefix }), call),
      )
      return (Uploads ?? []).flatMap(({ Key, UploadId }) => (Key && UploadId ? [{ key: Key, uploadId: UploadId }] : []))
    },

    /** An address that gives the object to whoever has it, for so many seconds. */
    link: (Key: string, seconds: number): Promise<string> =>
      presigner.getSignedUrl(client, new sdk.GetObjectCommand({ Bucket, Key }), { expiresIn: seconds }),

    repeated,
    close: (): void => client.destroy(),
  }
}

function withPayloadHash<Args extends { readonly request: unknown }>(args: Args, sha256: string): Args {
  const { request } = args
  if (typeof request === 'object' && request !== null && 'headers' in request) {
    if (typeof request.headers === 'object' && request.headers !== null)
      Reflect.set(request.headers, 'x-amz-content-sha256', sha256)
  }
  return args
}
