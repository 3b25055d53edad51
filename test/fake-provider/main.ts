import { parseArgs } from 'node:util'
import { startFakeProvider } from './fake-provider.ts'

const usage = `node test/fake-provider/main.ts [--port 8787] [--price USD] [--latency MS | --median MS --sigma S] [--seed N]
    [--concurrency N] [--rpm N] [--key KEY] [--tell-cost] [--ledger FILE] [--batch-ms MS] [--batch-hook URL]
A provider on loopback to try Proofsheet with: set its base URL to the address printed. Marks in a prompt make it fail:
[[503 times=2]] [[429 seconds=3]] [[lost]] [[hang]] [[refused]] [[cut how=gzip]] [[picture as=without-end]] ...
OpenAI, Gemini and xAI stand under /openai/v1, /gemini/v1beta and /xai/v1, their batches included: those take --batch-ms.`

const { values } = parseArgs({
  options: {
    port: { type: 'string', default: '8787' },
    price: { type: 'string', default: '0.04' },
    latency: { type: 'string' },
    median: { type: 'string', default: '400' },
    sigma: { type: 'string', default: '0.8' },
    seed: { type: 'string', default: '1' },
    concurrency: { type: 'string' },
    rpm: { type: 'string' },
    key: { type: 'string' },
    'tell-cost': { type: 'boolean', default: false },
    ledger: { type: 'string' },
    'batch-ms': { type: 'string', default: '5000' },
    'batch-hook': { type: 'string' },
    help: { type: 'boolean', default: false },
  },
})

if (values.help) console.log(usage)
else await run()

async function run(): Promise<void> {
  const fake = await startFakeProvider({
    port: Number(values.port),
    seed: Number(values.seed),
    priceMicros: Math.round(Number(values.price) * 1_000_000),
    tellCost: values['tell-cost'],
    key: values.key ?? null,
    latency:
      values.latency === undefined
        ? { kind: 'log-normal', medianMs: Number(values.median), sigma: Number(values.sigma) }
        : { kind: 'fixed', ms: Number(values.latency) },
    limits: {
      concurrency: values.concurrency === undefined ? null : Number(values.concurrency),
      windows: values.rpm === undefined ? [] : [{ requests: Number(values.rpm), ms: 60_000 }],
    },
    batches: { turnaroundMs: Number(values['batch-ms']), hookUrl: values['batch-hook'] ?? null },
    ...(values.ledger === undefined ? {} : { ledgerFile: values.ledger }),
  })
  console.log(`fake provider at ${fake.url}/v1 (Ctrl+C prints its ledger)`)
  const finish = async (): Promise<void> => {
    const { entries: _entries, byPrompt, ...totals } = fake.ledger()
    const several = Object.entries(byPrompt).filter(([, total]) => total.pictures > 1)
    console.log(JSON.stringify({ ...totals, billedMoreThanOnce: Object.fromEntries(several) }, null, 2))
    await fake.close()
    process.exit(0)
  }
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, finish)
}
