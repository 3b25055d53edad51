import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { ownPlaceholders } from '#shared/filename-template.ts'
import { type BucketWish, bucketOf } from './bucket-wish.ts'

const units = ['bytes', 'KB', 'MB', 'GB', 'TB'] as const

/** `1.4 MB`, in thousands as file managers show it. */
export function bytesText(bytes: number): string {
  const step = bytes < 1000 ? 0 : Math.min(units.length - 1, Math.floor(Math.log10(bytes) / 3))
  const amount = bytes / 1000 ** step
  const digits = step === 0 || amount >= 100 ? 0 : 1
  return `${amount.toLocaleString('en-US', { maximumFractionDigits: digits, minimumFractionDigits: 0 })} ${units[step]}`
}

/**
 * A folder to begin with, from where the library is: Pictures of the same person, where that can be told; else empty,
 * and she types one.
 */
export function suggestedFolder(libraryFolder: string): string {
  const unix = /^(\/(?:(?:home|Users)\/[^/]+|root))\//.exec(libraryFolder)
  if (unix) return `${unix[1]}/Pictures/Proofsheet`
  const windows = /^([A-Za-z]:\\Users\\[^\\]+)\\/.exec(libraryFolder)
  return windows ? `${windows[1]}\\Pictures\\Proofsheet` : ''
}

/** What the columns of a sheet are called in a name template: `sheet NAME` where the name is one of ours. */
export const nameColumns = (columns: readonly string[]): string[] =>
  columns
    .filter((column) => !/[{}]/.test(column))
    .map((column) => (ownPlaceholders.some((own) => own === column.trim().toLowerCase()) ? `sheet ${column}` : column))

/** What the dialog asks for: the destination as it is typed, a folder where `bucket` is null. */
export type TypedDelivery = Omit<DeliverySettings, 'destination'> & {
  readonly folder: string
  readonly bucket: BucketWish | null
}

/** Null where the destination is not typed to its end. */
export function settingsOf({ folder, bucket, ...wish }: TypedDelivery): DeliverySettings | null {
  if (bucket === null)
    return folder.trim() === '' ? null : { ...wish, destination: { kind: 'folder', folder: folder.trim() } }
  const place = bucketOf(bucket)
  return place && { ...wish, destination: { kind: 'bucket', ...place, cacheControl: null } }
}
