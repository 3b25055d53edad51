/** A bucket and where in it; `prefix` has no slash at either end and is empty for the bucket itself. */
export interface BucketAddress {
  readonly bucket: string
  readonly prefix: string
}

/** Reads `s3://bucket/prefix`; null for anything else, steps like `..` in the prefix included. */
export function parseBucketAddress(text: string): BucketAddress | null {
  const match = /^s3:\/\/([A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9])(?:\/(.*))?$/su.exec(text.trim())
  if (!match) return null
  const [, bucket = '', path = ''] = match
  const prefix = path.replace(/\/+$/, '')
  if (prefix === '') return { bucket, prefix }
  const isPlain = (step: string): boolean => step !== '' && step !== '.' && step !== '..' && !/\p{Cc}/u.test(step)
  return prefix.length <= 500 && prefix.split('/').every(isPlain) ? { bucket, prefix } : null
}
