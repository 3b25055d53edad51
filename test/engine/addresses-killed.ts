import { openLibrary } from './delivery-library.ts'

/** Delivers batch 1 of the library in the first argument to the addresses of its sheet, at the server in the second; the test kills it on the way. */
const [libraryFolder = '', url = '', folder = ''] = process.argv.slice(2)
const library = await openLibrary(libraryFolder)
const delivery = library.open()
const { deliveryId } = await delivery.start({
  batchId: 1,
  destination: { kind: 'addresses', address: '{Upload}', folder, origins: [url] },
  layout: 'approved',
  nameTemplate: '{row}',
  stage: 'best',
})
await delivery.whenDone(deliveryId)
process.exit()
