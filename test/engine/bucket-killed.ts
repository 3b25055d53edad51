import { openBuckets } from '#engine/delivery/delivery.ts'
import { openNetwork } from '#engine/network/network.ts'
import { bucketAt, quickTiming } from './bucket-settings.ts'
import { openLibrary } from './delivery-library.ts'

/** Delivers batch 1 of the library in the first argument to the double in the second; the test kills it on the way. */
const [libraryFolder = '', url = ''] = process.argv.slice(2)
const library = await openLibrary(libraryFolder)
const nothing = () => Promise.resolve()
const buckets = openBuckets({
  network: openNetwork(),
  secrets: { find: () => null, set: nothing, forget: nothing, load: nothing },
  env: process.env,
  now: Date.now,
  timing: quickTiming,
})
const delivery = library.open(library.images.pictureFile, buckets)
const { deliveryId } = await delivery.start({
  batchId: 1,
  destination: bucketAt({ url }),
  layout: 'approved',
  nameTemplate: '{row}',
  stage: 'best',
})
await delivery.whenDone(deliveryId)
process.exit()
