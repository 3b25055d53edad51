import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { openBuckets } from '#engine/delivery/delivery.ts'
import { openNetwork } from '#engine/network/network.ts'
import { openSecrets } from '#engine/settings/settings.ts'
import { type DoubleOptions, type S3Double, startS3Double } from '../s3-double/s3-double.ts'
import { type BucketDestination, bucketAt, quickTiming } from './bucket-settings.ts'
import { openLibrary, type TileToAdd } from './delivery-library.ts'

/** The room of buckets with the keys of a double in its environment, or with others. */
export function bucketsWith(keyFile: string, env: Readonly<Record<string, string>>, timing = quickTiming) {
  const network = openNetwork()
  const secrets = openSecrets({ file: keyFile, env, keyring: null, onLoaded: () => undefined })
  return {
    buckets: openBuckets({ network, secrets, env, now: Date.now, timing }),
    secrets,
    close: () => network.close(),
  }
}

export const keysOf = ({ accessKeyId, secretAccessKey }: S3Double): Record<string, string> => ({
  AWS_ACCESS_KEY_ID: accessKeyId,
  AWS_SECRET_ACCESS_KEY: secretAccessKey,
})

/** A double, and a library with one batch "Shoes" of approved pictures beside it. Everything is gone with the test. */
export async function openBucketLibrary(tiles: readonly TileToAdd[], options: DoubleOptions = {}) {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-bucket-'))
  const double = await startS3Double(options)
  const room = bucketsWith(join(folder, 'keys.json'), keysOf(double))
  let library = await openLibrary(join(folder, 'library'))
  const batchId = await library.beginBatch('Shoes')
  const added: Awaited<ReturnType<typeof library.addTile>>[] = []
  for (const [at, tile] of tiles.entries()) added.push(await library.addTile(batchId, at + 1, tile))
  onTestFinished(async () => {
    library.storage.close()
    await room.close()
    await double.close()
    await rm(folder, { recursive: true, force: true })
  })
  let buckets = room.buckets

  return {
    folder,
    double,
    library,
    batchId,
    added,
    buckets: room.buckets,
    use: (other: typeof buckets): void => {
      buckets = other
    },
    /** Opens the library again, after it was closed for another process. */
    async reopen(): Promise<typeof library> {
      library = await openLibrary(join(folder, 'library'))
      return library
    },
    /** Delivers to the double's bucket to the end, as a host opened anew would. */
    async deliver(parts: Partial<BucketDestination> = {}) {
      const delivery = library.open(library.images.pictureFile, buckets)
      const { deliveryId } = await delivery.start({
        batchId,
        destination: bucketAt(double, parts),
        layout: 'approved',
        nameTemplate: '{row}',
        stage: 'best',
      })
      await delivery.whenDone(deliveryId)
      return { delivery, ...delivery.get({ deliveryId }) }
    },
  }
}

/** Keys of pictures among a double's objects. */
export const picturesIn = (double: S3Double): string[] =>
  [...double.objects().keys()].filter((key) => key.endsWith('.png'))
