import { openEngine } from '#engine/engine.ts'

/**
 * Goes on with the library in the first argument and kills itself as `kill -9` does, when the nth change of a tile is
 * durable (second argument); 0 leaves that to somebody else.
 */
const [library = '', when = '1'] = process.argv.slice(2)
let changes = 0
const engine = await openEngine({
  library,
  host: 'a test to be killed',
  keyFile: `${library}/../keys.json`,
  env: process.env,
  emit({ kind }) {
    if (kind !== 'tiles-changed') return
    changes++
    if (changes === Number(when)) process.kill(process.pid, 'SIGKILL')
  },
})
engine.generation.control({ action: 'resume', of: { kind: 'provider', provider: 'sketch' } })
// A step that never comes must not leave a process behind.
setTimeout(() => process.exit(1), 30_000)
