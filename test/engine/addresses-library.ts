import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { PutObjectCommand, S3Client } from '@aws-sdk/client-s3'
import { getSignedUrl } from '@aws-sdk/s3-request-presigner'
import type { DeliveryWish } from '#shared/contract/delivery.ts'
import type { S3Double } from '../s3-double/s3-double.ts'
import { openBucketLibrary } from './bucket-library.ts'

/** Presigned PUT addresses of a double's bucket, as a client would hand them over: each for one key and type. */
export async function presigned(
  double: S3Double,
  keys: readonly string[],
  contentType = 'image/png',
): Promise<string[]> {
  const { accessKeyId, secretAccessKey, region, url: endpoint } = double
  const client = new S3Client({
    endpoint,
    region,
    forcePathStyle: true,
    credentials: { accessKeyId, secretAccessKey },
    requestChecksumCalculation: 'WHEN_REQUIRED',
  })
  try {
    return await Promise.all(
      keys.map((Key) =>
        getSignedUrl(client, new PutObjectCommand({ Bucket: 'pictures', Key, ContentType: contentType }), {
          expiresIn: 600,
          signableHeaders: new Set(['content-type']),
        }),
      ),
    )
  } finally {
    client.destroy()
  }
}

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
