import { type DeliverySettings, deliveryDestination } from '#shared/contract/delivery.ts'
import { ownPlaceholders } from '#shared/filename-template.ts'
import { type BucketWish, bucketOf, emptyBucket } from './bucket-wish.ts'

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

/** Addresses as they are typed; `origin` is a server of a private network that those in the sheet may reach. */
interface AddressesWish {
  readonly address: string
  readonly origin: string
}

/** What the dialog asks for: where to, and each kind of destination as it is typed, so that looking at another loses nothing. */
export type TypedDelivery = Omit<DeliverySettings, 'destination'> & {
  readonly to: DeliverySettings['destination']['kind']
  readonly folder: string
  readonly bucket: BucketWish
  readonly addresses: AddressesWish
}

/** A destination as it was asked for before, as it is typed; of what was never asked for, nothing. */
export const typedFrom = ({ destination, ...wish }: DeliverySettings, usualFolder: string): TypedDelivery => ({
  ...wish,
  to: destination.kind,
  folder: destination.kind === 'bucket' ? usualFolder : destination.folder,
  bucket:
    destination.kind === 'bucket'
      ? { address: destination.address, endpoint: destination.endpoint ?? '', region: destination.region ?? '' }
      : emptyBucket,
  addresses:
    destination.kind === 'addresses'
      ? { address: destination.address, origin: destination.origins[0] ?? '' }
      : emptyAddresses,
})

export const emptyAddresses: AddressesWish = { address: '', origin: '' }

/** Null where the destination is not typed to its end. */
export function settingsOf({ to, folder, bucket, addresses, ...wish }: TypedDelivery): DeliverySettings | null {
  const place = bucketOf(bucket)
  if (to === 'bucket') return place && { ...wish, destination: { kind: to, ...place, cacheControl: null } }
  const origin = addresses.origin.trim().replace(/\/+$/, '')
  const destination =
    to === 'folder'
      ? { kind: to, folder: folder.trim() }
      : { kind: to, folder: folder.trim(), address: addresses.address, origins: origin === '' ? [] : [origin] }
  const parsed = deliveryDestination.safeParse(destination)
  return parsed.success ? { ...wish, destination: parsed.data } : null
}

/** What a template for addresses begins as: the first column whose cells look like addresses. */
export const addressColumn = (columns: readonly { readonly name: string; readonly samples: readonly string[] }[]) =>
  columns.find(({ samples }) => samples.some((cell) => /^\s*https?:\/\/\S+\?/i.test(cell)))?.name ?? null
