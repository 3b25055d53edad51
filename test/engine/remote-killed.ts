import { join } from 'node:path'
import { openEngine } from '#engine/engine.ts'
import { fastClock } from './fast-clock.ts'
import { openRemoteDouble } from './remote-double.ts'
import { killFate } from './remote-kill-fate.ts'

/**
 * Goes on with the library in a folder (first argument) and kills itself as `kill -9` does, so many ms (fourth) after the
 * nth (third) step of a kind (second): a call of its service, or an event of the engine. It ends by itself when all is done.
 */
const [folder = '', kind = '', nth = '1', afterMs = '0'] = process.argv.slice(2)
let steps = 0
function step(of: string): void {
  if (of === kind) steps++
  if (of !== kind || steps !== Number(nth)) return
  if (Number(afterMs) === 0) process.kill(process.pid, 'SIGKILL')
  setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(afterMs))
}
const double = openRemoteDouble(join(folder, 'service'), { ...killFate, on: step })
const engine = await openEngine({
  library: join(folder, 'library'),
  host: 'a test to be killed',
  keyFile: join(folder, 'keys.json'),
  env: {},
  providers: [double.provider],
  clock: fastClock(20_000),
  lookEveryMs: 2000,
  emit: (event) => step(event.kind),
})
await engine.generation.whenIdle(1)
process.exit(0)
