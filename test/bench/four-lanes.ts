import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { openEngine } from '#engine/engine.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import { xai } from '#engine/providers/xai/xai.ts'
import type { Profile } from '#shared/generation-request.ts'
import { type FakeProvider, startFakeProvider } from '#test/fake-provider/fake-provider.ts'
import type { Ledger } from '#test/fake-provider/ledger.ts'

const key = 'sk-canary-0123456789'
const variables = ['OPENAI_API_KEY', 'STABILITY_API_KEY', 'RECRAFT_API_TOKEN', 'XAI_API_KEY']

export interface FourLane {
  readonly provider: string
  readonly model: string
  readonly path: string
  readonly concurrency: number
  readonly requestsPerMinute: number | null
  readonly serviceMs: number
}

/** Four services whose limits have nothing in common: each is a server of its own, which refuses what passes its limit. */
export const fourLanes: readonly FourLane[] = [
  {
    provider: 'openai',
    model: 'gpt-image-2.5-flare',
    path: 'openai/v1',
    concurrency: 6,
    requestsPerMinute: null,
    serviceMs: 600,
  },
  {
    provider: 'xai',
    model: 'grok-imagine-image',
    path: 'xai/v1',
    concurrency: 3,
    requestsPerMinute: null,
    serviceMs: 900,
  },
  { provider: 'stability', model: 'core', path: 'stability', concurrency: 1, requestsPerMinute: null, serviceMs: 600 },
  {
    provider: 'recraft',
    model: 'recraftv4_1',
    path: 'recraft/v1',
    concurrency: 4,
    requestsPerMinute: 8,
    serviceMs: 300,
  },
]

export interface LaneLog {
  readonly lane: FourLane
  readonly ledger: Ledger
  /** From its first request to the end of its last, in ms. */
  readonly spanMs: number
  readonly done: number
}

/**
 * Runs one sheet of `prompts` drafts a provider over these lanes at once, each against a fake of its own. The engine's clock
 * runs `factor` times as fast as the wall's, so that the limits of a minute can be seen.
 */
export async function runLanes(
  lanes: readonly FourLane[],
  prompts: number,
  factor: number,
): Promise<readonly LaneLog[]> {
  const fakes = new Map<FourLane, FakeProvider>()
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-lanes-'))
  const start = performance.now()
  const startMs = Date.now()
  const engine = await openEngine({
    library: join(folder, 'library'),
    host: 'four lanes',
    keyFile: join(folder, 'keys.json'),
    env: Object.fromEntries(variables.map((variable) => [variable, key])),
    emit: () => undefined,
    providers: [openai, xai, stability, recraft],
    clock: {
      now: () => Math.floor(startMs + (performance.now() - start) * factor),
      sleep: (ms, signal) =>
        new Promise((done) => {
          const timer = setTimeout(done, Math.max(0, ms) / factor)
          signal?.addEventListener('abort', () => {
            clearTimeout(timer)
            done()
          })
        }),
    },
  })
  try {
    for (const lane of lanes) {
      const { requestsPerMinute: perMinute, concurrency } = lane
      const windows = perMinute === null ? [] : [{ requests: perMinute, ms: (60_000 * 0.97) / factor }]
      const latency = { kind: 'fixed', ms: lane.serviceMs } as const
      const fake = await startFakeProvider({ key, priceMicros: 1_000, latency, limits: { concurrency, windows } })
      fakes.set(lane, fake)
      const settings = { baseUrl: `${fake.url}/${lane.path}`, concurrency, requestsPerMinute: perMinute }
      engine.providers.configure({ provider: lane.provider, settings })
    }
    engine.settings.set({ dailyCapMicros: null })
    const text = ['prompt', ...Array.from({ length: prompts }, (_, at) => `a shoe in colour ${at}`)].join('\n')
    const sheet = await engine.sheets.add({ name: 'lanes.csv', bytesBase64: Buffer.from(text).toString('base64') })
    const size = { width: null, height: null, quality: null, options: {} }
    const profiles = lanes.map(({ provider, model }): Profile => ({ provider, model, ...size }))
    const settings = { mapping: { prompt: 'prompt' }, template: null, profiles, variants: 1, baseSeed: 0 }
    const wish = { sheetId: sheet.id, settings, alwaysNew: true, pricePerImageMicros: 1_000 }
    const { planId, highestMicros } = await engine.generation.planDrafts(wish)
    const run = { planId, highestMicros, name: null, first: null, capMicros: null }
    const { batchId } = await engine.generation.run(run)
    await engine.generation.whenIdle(batchId)
    const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    const tiles = engine.tiles.many({ tileIds: ids })
    return [...fakes].map(([lane, fake]) => {
      const ledger = fake.ledger()
      const first = Math.min(...ledger.entries.map(({ receivedMs }) => receivedMs))
      const last = Math.max(...ledger.entries.map(({ endedMs }) => endedMs ?? Number.POSITIVE_INFINITY))
      const done = tiles.filter(({ provider, state }) => provider === lane.provider && state === 'done').length
      return { lane, ledger, spanMs: last - first, done }
    })
  } finally {
    await engine.close(2_000)
    for (const fake of fakes.values()) await fake.close()
    await rm(folder, { recursive: true, force: true, maxRetries: 5 })
  }
}
