import { join } from 'node:path'
import type { EngineOptions } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { fastClock } from './fast-clock.ts'
import {
  draftProfile,
  openTestLibrary,
  runSheet,
  settingsFor,
  sheetOf,
  type TestLibrary,
  temporaryFolder,
} from './open-library.ts'
import { type DoubleOptions, openRemoteDouble, type RemoteDouble } from './remote-double.ts'

export interface RemoteLibrary {
  readonly library: TestLibrary
  readonly double: RemoteDouble
  readonly folder: string
  /** Runs prompts in remote batches, without waiting for them. */
  start(prompts: readonly string[], run?: Partial<RunInput>, settings?: Partial<DraftSettings>): Promise<number>
  /** The same, and waits until nothing goes on by itself. */
  run(prompts: readonly string[], run?: Partial<RunInput>, settings?: Partial<DraftSettings>): Promise<BatchStatus>
}

export const doubleProfile = draftProfile('double', 'double-image')

/** A library whose only provider is a service with batches in a folder beside it. Time runs `factor` times as fast. */
export async function openRemoteLibrary(
  options: DoubleOptions & { engine?: Partial<EngineOptions>; factor?: number; folder?: string } = {},
): Promise<RemoteLibrary> {
  const folder = options.folder ?? (await temporaryFolder())
  const double = openRemoteDouble(join(folder, 'service'), options)
  const library = await openTestLibrary({
    library: join(folder, 'library'),
    providers: [double.provider],
    clock: fastClock(options.factor ?? 200),
    lookEveryMs: 2000,
    ...options.engine,
  })
  if (options.engine?.readOnly !== true) library.engine.settings.set({ dailyCapMicros: null })
  const start: RemoteLibrary['start'] = (prompts, run = {}, settings = {}) =>
    runSheet(library, sheetOf(prompts), settingsFor([doubleProfile], settings), { route: 'batch', ...run })
  return {
    library,
    double,
    folder,
    start,
    async run(prompts, run, settings) {
      const batchId = await start(prompts, run, settings)
      await library.engine.generation.whenIdle(batchId)
      return library.engine.batches.get({ batchId })
    },
  }
}

export const prompts = (count: number, name = 'picture'): string[] =>
  Array.from({ length: count }, (_, at) => `${name} ${at + 1}`)
