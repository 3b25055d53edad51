import { isAbsolute, join, relative, resolve, sep } from 'node:path'
import type { Batch } from '#engine/batches/batches.ts'
import type { DeliveryDestination } from '#shared/contract/delivery.ts'
import { safeFileName } from '#shared/filename-template.ts'
import { type AddressesNeeds, addressesDestination } from './addresses/addresses.ts'
import type { Buckets } from './bucket/buckets.ts'
import type { Destination } from './destination.ts'
import { folderDestination } from './folder/folder.ts'
import type { FilePlan } from './plan/plan-files.ts'

/** A destination ready to be used, or why it cannot be, whatever stands there. */
export type OpenedDestination =
  | { readonly destination: Destination }
  | { readonly problem: string; readonly target: string }

/** The library's own folders, where no delivery may write. */
const libraryFolders = ['pictures', 'renditions', 'sheets']

/** Opens where a batch is delivered to: a folder (or the same in a bucket) of its own in it, the batch's name made safe. Nothing is touched yet. */
export function openDestinations(libraryFolder: string, buckets: Buckets, addresses: AddressesNeeds) {
  return (to: DeliveryDestination, batch: Batch, plan: FilePlan): OpenedDestination => {
    if (to.kind === 'bucket') {
      const target = `${to.address.trim().replace(/\/+$/, '')}/${safeFileName(batch.name, '')}`
      return { destination: buckets.destination(to, target) }
    }
    const { folder } = to
    const target = join(resolve(folder), safeFileName(batch.name, ''))
    if (!isAbsolute(folder))
      return { target, problem: `The folder "${folder}" is not a whole path. Choose a folder to deliver to.` }
    const [inLibrary] = relative(libraryFolder, target).split(sep)
    if (inLibrary === '' || libraryFolders.some((name) => name === inLibrary))
      return { target, problem: `${target} is where the library keeps its own pictures. Choose another folder.` }
    const destination = folderDestination(target)
    if (to.kind === 'folder') return { destination }
    const { address: template, origins } = to
    return { destination: addressesDestination(addresses, { plan, template, origins, folder: destination }) }
  }
}
