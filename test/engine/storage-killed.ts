import { openStorage } from '#engine/storage/storage.ts'

/** Opens the library in the first argument and holds it until it is killed. */
const storage = openStorage({ folder: process.argv[2] ?? '', readOnly: false, host: 'the killed one' })
process.stdout.write('open\n')
// Held on to: a database that nothing refers to is closed by the garbage collector, and its lock with it.
setInterval(() => storage.readOnly, 1000)
