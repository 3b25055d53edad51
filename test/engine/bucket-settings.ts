import type { DeliverySettings } from '#shared/contract/delivery.ts'

/** Short enough for tests, and still a real clock on real sockets. */
export const quickTiming = { retry: { attempts: 7, firstWaitMs: 4 }, replyWithinMs: 700 }

export type BucketDestination = Extract<DeliverySettings['destination'], { kind: 'bucket' }>

export const bucketAt = (
  double: { readonly url: string },
  parts: Partial<BucketDestination> = {},
): BucketDestination => ({
  kind: 'bucket',
  address: 's3://pictures/client',
  endpoint: double.url,
  region: null,
  profile: null,
  forcePathStyle: null,
  cacheControl: null,
  ...parts,
})
