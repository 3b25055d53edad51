import { readdirSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { openLibrary } from './delivery-library.ts'

/**
 * Delivers batch 1 of the library in the first argument to the second and kills itself as `kill -9` does: when the nth
 * file is begun (third argument), or with `half` when a file of more than 2 MB stands half written in the target. A fourth
 * argument is the quality of WebP that it makes of every picture.
 */
const [libraryFolder = '', folder = '', when = '1', quality] = process.argv.slice(2)
const approved = join(folder, 'Killed', 'approved')
const library = await openLibrary(libraryFolder)
let begun = 0
const delivery = library.open((sha256, format) => {
  begun++
  if (begun === Number(when)) process.kill(process.pid, 'SIGKILL')
  return library.images.pictureFile(sha256, format)
})

function killWhenHalf(): void {
  const sizes =
    begun === 0
      ? []
      : readdirSync(approved).map((name) => statSync(join(approved, name), { throwIfNoEntry: false })?.size ?? 0)
  if (sizes.some((size) => size > 2_000_000)) process.kill(process.pid, 'SIGKILL')
  setImmediate(killWhenHalf)
}
if (when === 'half') killWhenHalf()

const { deliveryId } = await delivery.start({
  batchId: 1,
  destination: { kind: 'folder', folder },
  layout: 'approved',
  nameTemplate: '{id}',
  stage: 'best',
  outputs: quality === undefined ? [] : [{ name: 'web', format: 'webp', quality: Number(quality) }],
})
await delivery.whenDone(deliveryId)
process.exit()
