import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { onTestFinished } from 'vitest'
import { type Engine, type EngineOptions, openEngine } from '#engine/engine.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import type { Profile } from '#shared/generation-request.ts'

export interface TestLibrary {
  readonly engine: Engine
  readonly folder: string
  readonly events: LibraryEvent[]
  /** Ends this host and opens the library again, as the next start would. */
  reopen(options?: Partial<EngineOptions>): Promise<TestLibrary>
}

export const draftProfile = (provider: string, model: string, parts: Partial<Profile> = {}): Profile => ({
  provider,
  model,
  width: null,
  height: null,
  quality: null,
  options: {},
  ...parts,
})

/** A folder that is gone when the test is. */
export async function temporaryFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-'))
  onTestFinished(() => rm(folder, { recursive: true, force: true, maxRetries: 5 }))
  return folder
}

/** A real engine on a real library in a temporary folder; closed when the test ends. */
export async function openTestLibrary(options: Partial<EngineOptions> = {}): Promise<TestLibrary> {
  const folder = options.library ?? join(await temporaryFolder(), 'library')
  const events: LibraryEvent[] = []
  const engine = await openEngine({
    library: folder,
    host: 'a test',
    keyFile: join(folder, '..', 'keys.json'),
    env: {},
    emit: (event) => events.push(event),
    ...options,
  })
  let isClosed = false
  const close = async () => {
    if (isClosed) return
    isClosed = true
    await engine.close(2000)
  }
  onTestFinished(close)
  return {
    engine,
    folder,
    events,
    async reopen(changes = {}) {
      await close()
      return openTestLibrary({ ...options, library: folder, ...changes })
    },
  }
}

export const settingsFor = (profiles: Profile[], parts: Partial<DraftSettings> = {}): DraftSettings => ({
  mapping: { prompt: 'prompt' },
  template: null,
  profiles,
  variants: 1,
  baseSeed: 0,
  ...parts,
})

/** A sheet with a header and these lines, as CSV. */
export const sheetOf = (lines: readonly string[], header = 'prompt'): string => `${[header, ...lines].join('\n')}\n`

/** Loads a sheet, plans it, runs it. */
export async function runSheet(
  { engine }: TestLibrary,
  text: string,
  settings: DraftSettings,
  run: Partial<RunInput> & { alwaysNew?: boolean; pricePerImageMicros?: number | null } = {},
): Promise<number> {
  const { alwaysNew = false, pricePerImageMicros = null, ...input } = run
  const sheet = await engine.sheets.add({
    name: 'prompts.csv',
    bytesBase64: Buffer.from(text).toString('base64'),
  })
  const plan = await engine.generation.planDrafts({ sheetId: sheet.id, settings, alwaysNew, pricePerImageMicros })
  const { batchId } = await engine.generation.run({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    name: null,
    first: null,
    capMicros: null,
    ...input,
  })
  return batchId
}
