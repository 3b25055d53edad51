import { hash, randomBytes } from 'node:crypto'
import { z } from 'zod'
import type { Network } from '#engine/network/network.ts'
import type { Secrets } from '#engine/settings/settings.ts'
import { parseBucketAddress } from '#shared/bucket-address.ts'
import { type BucketKey, type BucketKeyState, type BucketPlace, bucketKey } from '#shared/contract/buckets.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import type { Destination } from '../destination.ts'
import type { RetryPlan } from '../retry.ts'
import { bucketDestination } from './bucket.ts'
import { openS3, type S3 } from './open-s3.ts'

export interface BucketsNeeds {
  readonly network: Pick<Network, 'forStore'>
  readonly secrets: Pick<Secrets, 'find' | 'set' | 'forget' | 'load'>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly now: () => number
  readonly timing?: BucketTiming
}

export interface BucketTiming {
  readonly retry: RetryPlan
  /** How long a service may take to answer, over what the body takes to be sent. */
  readonly replyWithinMs: number
}

export const usualTiming: BucketTiming = { retry: { attempts: 7, firstWaitMs: 200 }, replyWithinMs: 60_000 }
const once: RetryPlan = { attempts: 1, firstWaitMs: 0 }

export type Buckets = ReturnType<typeof openBuckets>

const awsOrigin = 'https://s3.amazonaws.com'
const originOf = (endpoint: string | null): string => (endpoint === null ? awsOrigin : new URL(endpoint).origin)
/** The name that an endpoint's keys are kept under. No provider is called like it. */
const accountOf = (endpoint: string | null): string => `s3 ${originOf(endpoint)}`

/** Services that have no regions of their own, by the end of their host's name (Cloudflare's and Google's pages, 2026-11). */
const withoutRegions = ['.r2.cloudflarestorage.com', 'storage.googleapis.com']

/** Buckets of AWS and of services like it: their keys, connections and destinations. */
export function openBuckets({ network, secrets, env, now, timing = usualTiming }: BucketsNeeds) {
  const findKey = (endpoint: string | null) => secrets.find(accountOf(endpoint), [], originOf(endpoint))

  function keyState(endpoint: string | null): BucketKeyState {
    const found = findKey(endpoint)
    return {
      key: found === null || found.from === 'environment' ? 'missing' : found.from,
      keyNote: found?.note ?? null,
    }
  }

  /** A profile's, else what is stored for this endpoint, else the environment's; null leaves it to the SDK's own chain. */
  async function credentialsOf({ endpoint, profile }: BucketPlace) {
    if (profile !== null) return null
    await secrets.load()
    const found = findKey(endpoint)
    if (found) {
      const parsed = bucketKey.safeParse(parseJson(found.read()))
      if (parsed.success) return parsed.data
      throw new AppError('auth', 'The stored keys of this endpoint cannot be read. Enter them again.')
    }
    const {
      AWS_ACCESS_KEY_ID: accessKeyId,
      AWS_SECRET_ACCESS_KEY: secretAccessKey,
      AWS_SESSION_TOKEN: sessionToken,
    } = env
    if (!accessKeyId || !secretAccessKey) return null
    return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) }
  }

  function regionOf({ endpoint, region }: BucketPlace): string | null {
    if (region !== null || endpoint === null) return region
    const host = new URL(endpoint).hostname
    if (withoutRegions.some((end) => host.endsWith(end))) return 'auto'
    return env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1'
  }

  async function open(place: BucketPlace, bucket: string, retry: RetryPlan, signal: AbortSignal): Promise<S3> {
    const { endpoint, profile } = place
    const forcePathStyle = place.forcePathStyle ?? endpoint !== null
    // What a person typed may be private; beside it, only AWS (its token services, too), which may not.
    const typed = endpoint === null ? [] : [originOf(endpoint), originOf(endpoint).replace('://', `://${bucket}.`)]
    const origins = [...typed, 'https://*.amazonaws.com', 'https://*.amazonaws.com.cn']
    return openS3(
      {
        bucket,
        endpoint,
        profile,
        region: regionOf(place),
        forcePathStyle,
        credentials: await credentialsOf(place),
        fetch: network.forStore({ origins }),
        retry,
        replyWithinMs: timing.replyWithinMs,
      },
      signal,
    )
  }

  /** A destination at `target`, `s3://bucket/prefix/BATCH`, which is below the place's own address. */
  function destination(
    place: BucketPlace & { readonly cacheControl?: string | null },
    target: string,
    retry = timing.retry,
  ): Destination {
    const address = parseBucketAddress(target)
    if (!address?.prefix) throw new AppError('invalid-input', `${target} is no place in a bucket.`)
    const { bucket, prefix } = address
    return bucketDestination({
      target,
      root: prefix,
      bucket,
      service: place.endpoint === null ? 'AWS S3' : originOf(place.endpoint),
      cacheControl: place.cacheControl ?? null,
      open: (signal) => open(place, bucket, retry, signal),
      now,
    })
  }

  return {
    destination,
    keyState: ({ endpoint }: { endpoint: string | null }): BucketKeyState => keyState(endpoint),

    /** Stores or, with null, forgets an endpoint's keys. Throws AppError `storage`. */
    async setKey({ endpoint, key }: { endpoint: string | null; key: BucketKey | null }): Promise<BucketKeyState> {
      if (key === null) await secrets.forget(accountOf(endpoint))
      else await secrets.set(accountOf(endpoint), JSON.stringify(key), originOf(endpoint))
      return keyState(endpoint)
    },

    /** Tries everything that a delivery does, once each and with no second attempt, on an object of its own. */
    async test(place: BucketPlace): Promise<{ ok: boolean; message: string; notes: string[] }> {
      const address = place.address.trim().replace(/\/+$/, '')
      const probe = destination(place, `${address}/.proofsheet-test-${randomBytes(6).toString('hex')}`, once)
      const text = randomBytes(16).toString('hex')
      const bytes = Buffer.from(text)
      try {
        const refusal = await probe.refusal()
        if (refusal !== null) return { ok: false, message: refusal, notes: [] }
        const sha256 = hash('sha256', bytes)
        await probe.put('probe.txt', { kind: 'bytes', bytes, sha256, contentType: 'text/plain' })
        const back = await probe.readText('probe.txt')
        await probe.remove('probe.txt')
        const notes = [...(probe.notes?.() ?? [])]
        return back === text
          ? { ok: true, message: `${address} can be listed, written, read and cleared.`, notes }
          : { ok: false, message: `${address} gave other bytes than were written. Check the service.`, notes }
      } catch (error) {
        if (errorCodeOf(error) === null) throw error
        return { ok: false, message: messageOf(error), notes: [] }
      } finally {
        await probe.close()
      }
    },

    /** Every file of the delivery at a target, with links that are good for so many days. */
    async links(place: BucketPlace, target: string, days: number) {
      const from = destination(place, target)
      try {
        const text = await from.readText('manifest.json')
        const parsed = delivered.safeParse(parseJson(text ?? ''))
        if (!parsed.success) throw new AppError('not-found', `${target} holds no finished delivery. Deliver first.`)
        const paths = parsed.data.pictures.flatMap(({ file }) => file ?? [])
        const files: { path: string; address: string; link: string }[] = []
        for (const path of [...paths, 'manifest.csv', 'manifest.json'])
          files.push({ path, address: from.addressOf(path), link: (await from.link?.(path, days * 86_400)) ?? '' })
        return { files }
      } finally {
        await from.close()
      }
    },
  }
}

const delivered = z.object({ pictures: z.array(z.object({ file: z.string().nullable() })) })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // The schema then says so.
  }
}
