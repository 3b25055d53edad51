import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import { answerA1111 } from './a1111-wire.ts'
import { openBfl } from './bfl-wire.ts'
import { openComfyUi } from './comfyui-wire.ts'
import { openCustom } from './custom-wire.ts'
import { openFal } from './fal-wire.ts'
import type { BatchFault, Fault } from './faults.ts'
import { answerGeminiBatches, geminiBatchWire } from './gemini-batch-wire.ts'
import { answerGemini } from './gemini-wire.ts'
import { answerGptImage } from './gpt-image-wire.ts'
import { type Hooks, openHooks } from './hooks.ts'
import type { Latency } from './latency.ts'
import { type Ledger, openLedger } from './ledger.ts'
import { type FakeLimits, openGate } from './limits.ts'
import { answerOpenAiBatches, openAiBatchWire } from './openai-batch-wire.ts'
import { answerOpenAi } from './openai-wire.ts'
import { openPictures } from './pictures.ts'
import { openQueue } from './queue-wire.ts'
import { answerRecraft } from './recraft-wire.ts'
import { type BatchWire, openBatches, type RemoteBatchSettings, type ScriptedBatches } from './remote-batches.ts'
import { openReplicate } from './replicate-wire.ts'
import { openResults } from './results.ts'
import { openSdcpp } from './sdcpp-wire.ts'
import { openStability } from './stability-wire.ts'
import { openStoredFiles } from './stored-files.ts'
import type { FaultScript, World } from './world.ts'
import { answerXaiBatches, xaiBatchWire } from './xai-batch-wire.ts'
import { answerXai } from './xai-wire.ts'

export interface FakeProviderOptions {
  /** 0 or absent: a free one. */
  readonly port?: number
  /** Service times and pictures come from it. */
  readonly seed?: number
  readonly latency?: Latency
  /** Every picture has this size, whatever was asked for: for benches of many. */
  readonly pictureSize?: { readonly width: number; readonly height: number }
  /** Micros of USD that each picture is billed with. */
  readonly priceMicros?: number
  /** Whether replies name their cost (`usage.cost`). */
  readonly tellCost?: boolean
  readonly limits?: Partial<FakeLimits>
  /** The only key that is good; null takes every one and none. */
  readonly key?: string | null
  /** How the batches of OpenAI, Gemini and xAI work; at once, for half the price, unless told otherwise. */
  readonly batches?: Partial<RemoteBatchSettings>
  /** What goes wrong, beside `script` and the marks inside prompts (faults.ts). */
  readonly fault?: FaultScript
  /** Every change of the ledger is appended here at once, as a line of JSON. */
  readonly ledgerFile?: string
}

export interface FakeProvider {
  /** `http://127.0.0.1:PORT`; OpenAI's format under /v1, each hosted service's under its name, the ledger at /ledger. */
  readonly url: string
  ledger(): Ledger
  /** Every request so far: what was asked for, and with which key. */
  asked(): readonly { readonly url: string; readonly authorization: string | null }[]
  /** Its webhooks: sent at a job's end where the request named an address for them. */
  readonly hooks: Hooks
  /** The faults of a prompt's first attempts, in their order; afterwards it goes well. */
  script(prompt: string, ...faults: Fault[]): void
  /** The batches of the services, and what goes wrong with the next ones. */
  readonly batches: ScriptedBatches
  /** Connections to the private address that only a client without a guard would open. */
  trippedCount(): number
  /** Refuses every connection, as if the network were gone, until `comeBack`. */
  goOffline(): Promise<void>
  comeBack(): Promise<void>
  close(): Promise<void>
}

/** The far end of the network for tests: one stateful loopback server, with faults by order and a ledger of what it billed. */
export async function startFakeProvider(options: FakeProviderOptions = {}): Promise<FakeProvider> {
  let port = options.port ?? 0
  const url = (): string => `http://127.0.0.1:${port}`
  const world: World = {
    book: openLedger(options.ledgerFile ?? null),
    gate: openGate({ concurrency: null, windows: [], ...options.limits }),
    results: await openResults(url),
    pictures: openPictures(),
    hooks: openHooks(),
    latency: options.latency ?? { kind: 'fixed', ms: 0 },
    seed: options.seed ?? 1,
    pictureSize: options.pictureSize ?? null,
    priceMicros: options.priceMicros ?? 40_000,
    tellCost: options.tellCost ?? false,
    key: options.key ?? null,
    url,
    attempts: new Map(),
    scripted: new Map(),
    fault: options.fault ?? null,
  }
  const starts: (readonly BatchFault[])[] = []
  const settings: RemoteBatchSettings = {
    turnaroundMs: 0,
    share: 0.5,
    hookUrl: null,
    uploadUrl: null,
    ...options.batches,
  }
  const files = openStoredFiles()
  const batchesOf = (prefix: string, wire: BatchWire) =>
    openBatches(
      world,
      files,
      (n) => `${prefix}${n}`,
      wire,
      () => starts.shift() ?? [],
      settings,
    )
  const openAiBatches = batchesOf(
    'batch_',
    openAiBatchWire(world, settings.share, () => settings.hookUrl),
  )
  const geminiBatches = batchesOf('batch-', geminiBatchWire(world, settings.share))
  const xaiBatches = batchesOf('batch_', xaiBatchWire(world, settings.share))
  const everyBatches = [openAiBatches, geminiBatches, xaiBatches]
  const queue = openQueue(world)
  const fal = openFal(world)
  const replicate = openReplicate(world)
  const stability = openStability(world)
  const bfl = openBfl(world)
  const comfyUi = openComfyUi(world)
  const sdcpp = openSdcpp(world)
  const custom = openCustom(world)

  const route = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const asked = new URL(request.url ?? '/', url())
    const path = asked.pathname
    const file = /^\/files\/(\w+)$/.exec(path)?.[1]
    if (file) return world.results.answer(file, response)
    if (path === '/ledger') return void response.end(JSON.stringify(world.book.read()))
    if (path.startsWith('/gemini/')) {
      if (await answerGeminiBatches(world, geminiBatches, request, response, asked, settings.uploadUrl)) return
    }
    if (path.startsWith('/gemini/v1beta/')) return answerGemini(world, request, response, path)
    if (await answerXaiBatches(world, xaiBatches, request, response, asked)) return
    if (path.startsWith('/xai/v1/')) return answerXai(world, request, response, path)
    if (await answerOpenAiBatches(world, openAiBatches, request, response, asked)) return
    if (path.startsWith('/openai/v1/')) return answerGptImage(world, request, response, path)
    if (path.startsWith('/queue/jobs')) return queue.answer(request, response, asked)
    if (/^\/fal-(queue|platform|keys)\//.test(path)) return fal.answer(request, response, asked)
    if (path.startsWith('/replicate/')) return replicate.answer(request, response, asked)
    if (path.startsWith('/stability/')) return stability.answer(request, response, path)
    if (path.startsWith('/bfl/')) return bfl.answer(request, response, asked)
    if (path.startsWith('/a1111/')) return answerA1111(world, request, response, path)
    if (path.startsWith('/comfyui/')) return comfyUi.answer(request, response, asked)
    if (path.startsWith('/sdcpp/')) return sdcpp.answer(request, response, path)
    if (path.startsWith('/custom/')) return custom.answer(request, response, asked)
    if (path.startsWith('/recraft/')) return answerRecraft(world, request, response, path)
    if (/^\/v1\/(models|images\/generations|images\/edits)$/.test(path))
      return answerOpenAi(world, request, response, path)
    response.writeHead(404, { 'content-type': 'application/json' }).end('{"error":{"message":"no such address"}}')
  }
  const asked: { url: string; authorization: string | null }[] = []
  const server = createServer((request, response) => {
    asked.push({ url: request.url ?? '', authorization: request.headers.authorization ?? null })
    route(request, response).catch((error: unknown) => {
      if (!response.headersSent) response.writeHead(400)
      response.end(`the fake provider could not answer: ${error instanceof Error ? error.message : String(error)}`)
    })
  })
  // Pictures take long; a client's connection is not closed under it.
  server.requestTimeout = 0
  const listen = (): Promise<void> =>
    new Promise((done, failed) => {
      server.once('error', failed)
      server.listen(port, '127.0.0.1', () => {
        server.off('error', failed)
        done()
      })
    })
  await listen()
  const address = server.address()
  if (address !== null && typeof address === 'object') port = address.port

  const stop = (): Promise<void> =>
    new Promise((done) => {
      server.close(() => done())
      server.closeAllConnections()
    })
  return {
    get url() {
      return url()
    },
    ledger: () => world.book.read(),
    asked: () => asked,
    hooks: world.hooks,
    script: (prompt, ...faults) => void world.scripted.set(prompt, faults),
    batches: {
      settings,
      script: (...wanted) => {
        for (const faults of wanted) starts.push(faults === null ? [] : 'kind' in faults ? [faults] : faults)
      },
      all: () => everyBatches.flatMap((one) => one.all()),
    },
    trippedCount: () => world.results.trippedCount(),
    goOffline: stop,
    comeBack: listen,
    close: async () => {
      world.results.close()
      for (const one of everyBatches) one.close()
      if (server.listening) await stop()
      await files.close()
    },
  }
}
