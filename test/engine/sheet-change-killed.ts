import { openEngine } from '#engine/engine.ts'

/** Brings the newest batch to another sheet and is killed there: `node sheet-change-killed.ts LIBRARY KEYFILE SHEET STEPS`. */
const [, , library = '', keyFile = '', text = '', steps = '0'] = process.argv
const engine = await openEngine({ library, host: 'a test', keyFile, env: {}, emit: () => undefined, goesOn: false })
const { batchId } = engine.batches.find({ batch: 'last' })
const sheet = await engine.sheets.add({ name: 'a.csv', bytesBase64: Buffer.from(text).toString('base64') })
const { plan } = await engine.batches.compareSheet({ batchId, sheetId: sheet.id, pricePerImageMicros: null })
process.stdout.write('ready\n')
setTimeout(() => process.kill(process.pid, 'SIGKILL'), Number(steps))
await engine.batches.update({ planId: plan.planId, highestMicros: plan.highestMicros, capMicros: null })
process.stdout.write('done\n')
await new Promise(() => undefined)
