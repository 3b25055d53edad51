import { openEngine } from '#engine/engine.ts'

/** Approves every draft of the newest batch and is killed when `STEPS` slices are stored: `node big-marks-killed.ts LIBRARY STEPS`. */
const [library = '', steps = '1'] = process.argv.slice(2)
const stored = { slices: 0 }
const engine = await openEngine({
  library,
  host: 'a test to be killed',
  keyFile: `${library}/../keys.json`,
  env: {},
  goesOn: false,
  emit({ kind }) {
    if (kind !== 'marks-changed') return
    stored.slices += 1
    if (stored.slices === Number(steps)) process.kill(process.pid, 'SIGKILL')
  },
})
const { batchId } = engine.batches.find({ batch: 'last' })
await engine.review.apply({ targets: { kind: 'selector', batchId, selector: 'all' }, verb: { kind: 'approve' } })
