import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { DeliveryWish } from '#shared/contract/delivery.ts'
import { presigned } from '../s3-double/presigned.ts'
import { openBucketLibrary } from './bucket-library.ts'

/** A library whose sheet has a column `Upload` with an address for each of so many approved pictures. */
export async function openAddressLibrary(count: number) {
  let addresses: string[] = []
  const opened = await openBucketLibrary([])
  const keys = Array.from({ length: count }, (_, at) => `client/${at + 1}.png`)
  addresses = await presigned(opened.double, keys)
  const added: Awaited<ReturnType<typeof opened.library.addTile>>[] = []
  for (const [at, address] of addresses.entries())
    added.push(await opened.library.addTile(opened.batchId, at + 1, { columns: { Upload: address, Colour: 'red' } }))
  const out = join(opened.folder, 'out')
  const to = (parts: Partial<Extract<DeliveryWish['destination'], { kind: 'addresses' }>> = {}) => ({
    kind: 'addresses' as const,
    address: '{Upload}',
    folder: out,
    origins: [opened.double.url],
    ...parts,
  })
  const wish = (parts: Parameters<typeof to>[0] = {}, more: Partial<DeliveryWish> = {}): DeliveryWish => ({
    batchId: opened.batchId,
    destination: to(parts),
    layout: 'approved',
    nameTemplate: '{row}',
    stage: 'best',
    ...more,
  })
  return {
    ...opened,
    added,
    addresses,
    keys,
    out,
    wish,
    async deliver(parts: Parameters<typeof to>[0] = {}, more: Partial<DeliveryWish> = {}) {
      const delivery = opened.library.open()
      const { deliveryId } = await delivery.start(wish(parts, more))
      await delivery.whenDone(deliveryId)
      return { delivery, ...delivery.get({ deliveryId }) }
    },
    read: (name: string): Promise<string> => readFile(join(out, 'Shoes', name), 'utf8'),
  }
}
