import { openStorage } from '#engine/storage/storage.ts'

/** Opens the library in the first argument and holds it until it is killed. */
openStorage({ folder: process.argv[2] ?? '', readOnly: false, host: 'the killed one' })
process.stdout.write('open\n')
setInterval(() => undefined, 1000)
