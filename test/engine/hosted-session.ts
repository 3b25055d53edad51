import { createHash } from 'node:crypto'
import { afterEach, beforeEach } from 'vitest'
import { type Network, openNetwork } from '#engine/network/network.ts'
import type {
  Progress,
  Provider,
  ProviderFetch,
  ProviderFetchOptions,
  ProviderSession,
  ProviderStream,
} from '#engine/providers/provider.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { openPictures } from '../fake-provider/pictures.ts'
import { sampleCall, sampleRequest } from './sample-request.ts'

type Done = Extract<Progress, { state: 'done' }>

export interface Bench {
  fake(): FakeProvider
  start(options: FakeProviderOptions): Promise<void>
  open(settings?: Record<string, unknown>): ProviderSession
  /** What was sent since the test began. */
  readonly sent: { url: string; options: ProviderFetchOptions }[]
  request(parts: Partial<GenerationRequest>): GenerationRequest
  /** Submits and follows to the end. */
  make(parts: Partial<GenerationRequest>, settings?: Record<string, unknown>): Promise<Done>
  follow(session: ProviderSession, first: Progress): Promise<Done>
  failure(promise: Promise<unknown>): Promise<AppError>
}

/** A picture to start from, 64 x 48, and what a request says of it. */
export const sourcePng = openPictures().png('source', 64, 48)
export const source = { sha256: createHash('sha256').update(sourcePng).digest('hex'), width: 64, height: 48 }
export const inputs = { [source.sha256]: sourcePng }

/** One provider against the fake, with a new fake and a new network for each test. */
export function openBench(provider: Provider, settingsFor: (url: string) => Record<string, unknown>): Bench {
  let network: Network | null = null
  let fake: FakeProvider | null = null
  const sent: Bench['sent'] = []
  const key = 'sk-canary-0123456789'
  beforeEach(async () => {
    sent.length = 0
    network = openNetwork({ connectTimeoutMs: 2_000, headersTimeoutMs: 5_000 })
    fake = await startFakeProvider({ key })
  })
  afterEach(async () => {
    await network?.close()
    await fake?.close()
  })
  const theFake = (): FakeProvider => fake ?? fail('there is no fake yet')
  const bench: Bench = {
    fake: theFake,
    async start(options) {
      await fake?.close()
      fake = await startFakeProvider({ key, ...options })
    },
    sent,
    request: (parts) => sampleRequest({ provider: provider.id, width: null, height: null, ...parts }),
    open(settings = {}) {
      const whole = { ...settingsFor(theFake().url), ...settings }
      const origins = [provider.origin(whole) ?? '', ...(provider.moreOrigins?.(whole) ?? [])]
      const send = network?.forProvider({ origins }) ?? fail('there is no network yet')
      const fetch: ProviderFetch = (url, options) => {
        sent.push({ url, options })
        return send(url, options)
      }
      const pour = network?.streamForProvider({ origins }) ?? fail('there is no network yet')
      const stream: ProviderStream = (url, options) => {
        sent.push({ url, options })
        return pour(url, options)
      }
      return provider.open(whole, { fetch, stream, now: Date.now, key: () => key })
    },
    async make(parts, settings) {
      const session = bench.open(settings)
      return bench.follow(session, await session.submit(bench.request(parts), sampleCall(inputs)))
    },
    async follow(session, first) {
      let progress = first
      for (let polls = 0; progress.state === 'pending'; polls++) {
        if (polls > 500 || !session.poll) throw new Error('it does not end')
        const { pollAfterMs, handle } = progress
        await new Promise((done) => setTimeout(done, pollAfterMs))
        progress = await session.poll(handle, sampleCall(inputs))
      }
      return progress
    },
    async failure(promise) {
      const error = await promise.then(
        () => null,
        (reason: unknown) => reason,
      )
      if (error instanceof AppError) return error
      throw new Error('it did not fail with an AppError', { cause: error })
    },
  }
  return bench
}

function fail(sentence: string): never {
  throw new Error(sentence)
}
