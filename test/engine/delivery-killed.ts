import { openLibrary } from './delivery-library.ts'

/** Delivers batch 1 of the library in the first argument to the second, and kills itself with `kill -9` at the nth file. */
const [libraryFolder = '', folder = '', nth = '1'] = process.argv.slice(2)
const library = await openLibrary(libraryFolder)
let begun = 0
const delivery = library.open((sha256, format) => {
  begun++
  if (begun === Number(nth)) process.kill(process.pid, 'SIGKILL')
  return library.images.pictureFile(sha256, format)
})
const { deliveryId } = await delivery.start({
  batchId: 1,
  folder,
  layout: 'approved',
  nameTemplate: '{id}',
  stage: 'best',
})
await delivery.whenDone(deliveryId)
