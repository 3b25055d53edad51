import { onTestFinished } from 'vitest'
import type { EngineOptions } from '#engine/engine.ts'
import { openaiCompatible } from '#engine/providers/openai-compatible/openai-compatible.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '#test/fake-provider/fake-provider.ts'
import { fakeQueue } from '#test/fake-provider/queue-provider.ts'
import { fastClock } from './fast-clock.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'

export interface PaidLibrary {
  readonly library: TestLibrary
  readonly fake: FakeProvider
  /** Runs prompts through the fake and waits until nothing can go on by itself. */
  run(prompts: readonly string[], run?: Partial<RunInput>, settings?: Partial<DraftSettings>): Promise<BatchStatus>
  start(prompts: readonly string[], run?: Partial<RunInput>, settings?: Partial<DraftSettings>): Promise<number>
}

/** Four cents a picture, in micros. */
export const priceMicros = 40_000

/**
 * A library with the fake provider as its paid server, over real sockets. `queue`: the provider that can be polled and
 * looked up; else the OpenAI format, where a lost reply stays lost. Time runs `factor` times as fast.
 */
export async function openPaidLibrary(
  options: {
    fake?: FakeProviderOptions
    engine?: Partial<EngineOptions>
    settings?: Record<string, string | number | null>
    queue?: boolean
    factor?: number
  } = {},
): Promise<PaidLibrary> {
  const fake = await startFakeProvider({ priceMicros, ...options.fake })
  onTestFinished(() => fake.close())
  const provider = options.queue ? fakeQueue : openaiCompatible
  const library = await openTestLibrary({
    providers: [provider],
    clock: fastClock(options.factor ?? 20),
    ...options.engine,
  })
  configure(library, provider.id, fake.url, options.settings)
  const start = (prompts: readonly string[], run: Partial<RunInput> = {}, settings: Partial<DraftSettings> = {}) =>
    runSheet(
      library,
      sheetOf(prompts),
      settingsFor(
        [draftProfile(provider.id, options.queue ? 'fake-queue' : 'fake-image', { width: 64, height: 64 })],
        settings,
      ),
      run,
    )
  return {
    library,
    fake,
    start,
    async run(prompts, run, settings) {
      const batchId = await start(prompts, run, settings)
      await library.engine.generation.whenIdle(batchId)
      return library.engine.batches.get({ batchId })
    },
  }
}

function configure(
  { engine }: TestLibrary,
  provider: string,
  url: string,
  settings: Record<string, string | number | null> = {},
): void {
  const base =
    provider === 'fake-queue'
      ? { baseUrl: url, priceMicros }
      : { baseUrl: `${url}/v1`, pricePerImageUsd: priceMicros / 1_000_000 }
  engine.providers.configure({ provider, settings: { ...base, ...settings } })
  engine.settings.set({ dailyCapMicros: null })
}
