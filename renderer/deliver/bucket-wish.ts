import { type BucketPlace, bucketPlace } from '#shared/contract/buckets.ts'

/** A bucket as it is typed; empty where nothing is. */
export interface BucketWish {
  readonly address: string
  readonly endpoint: string
  readonly region: string
}

export const emptyBucket: BucketWish = { address: '', endpoint: '', region: '' }

/** What was typed as the contract takes it; null while something is missing or not as it should be. */
export function bucketOf({ address, endpoint, region }: BucketWish): BucketPlace | null {
  const typed = (text: string): string | null => text.trim() || null
  const place = { address: address.trim(), endpoint: typed(endpoint), region: typed(region) }
  return bucketPlace.safeParse(place).data ?? null
}
