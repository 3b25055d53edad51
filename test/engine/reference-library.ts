import { mkdir, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import sharp from 'sharp'
import { onTestFinished } from 'vitest'
import { a1111 } from '#engine/providers/a1111/a1111.ts'
import { fal } from '#engine/providers/fal/fal.ts'
import { gemini } from '#engine/providers/gemini/gemini.ts'
import { openai } from '#engine/providers/openai/openai.ts'
import { recraft } from '#engine/providers/recraft/recraft.ts'
import { sketch } from '#engine/providers/sketch/sketch.ts'
import { stability } from '#engine/providers/stability/stability.ts'
import type { Plan } from '#shared/contract/plans.ts'
import type { Sheet } from '#shared/contract/sheets.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { type FakeProvider, type FakeProviderOptions, startFakeProvider } from '../fake-provider/fake-provider.ts'
import { fastClock } from './fast-clock.ts'
import { openTestLibrary, settingsFor, type TestLibrary, temporaryFolder } from './open-library.ts'

const key = 'sk-canary-0123456789'

export interface ReferenceLibrary {
  readonly fake: FakeProvider
  readonly library: TestLibrary
  /** The folder that the sheet lies in. */
  readonly beside: string
}

/** A library with five services that take pictures, each against the fake, and a folder for a sheet. */
export async function openReferenceLibrary(options: FakeProviderOptions = {}): Promise<ReferenceLibrary> {
  const fake = await startFakeProvider({ key, priceMicros: 3_000, ...options })
  onTestFinished(() => fake.close())
  const env = { OPENAI_API_KEY: key, GEMINI_API_KEY: key, FAL_KEY: key, STABILITY_API_KEY: key, RECRAFT_API_KEY: key }
  const library = await openTestLibrary({
    providers: [sketch, openai, gemini, fal, stability, recraft, a1111],
    clock: fastClock(20),
    env: { ...env, A1111_API_AUTH: key },
  })
  configureAll(library, fake)
  return { fake, library, beside: await temporaryFolder() }
}

export function configureAll({ engine }: TestLibrary, fake: FakeProvider): void {
  const configure = (provider: string, settings: Record<string, string | number | null>) =>
    engine.providers.configure({ provider, settings })
  configure('openai', { baseUrl: `${fake.url}/openai/v1`, requestsPerMinute: null })
  configure('gemini', { baseUrl: `${fake.url}/gemini/v1beta`, requestsPerMinute: null })
  configure('fal', { baseUrl: `${fake.url}/fal-queue`, platformUrl: `${fake.url}/fal-platform/v1`, pollSeconds: 0.2 })
  configure('stability', { baseUrl: `${fake.url}/stability` })
  configure('recraft', { baseUrl: `${fake.url}/recraft/v1` })
  configure('a1111', { baseUrl: `${fake.url}/a1111` })
  engine.settings.set({ dailyCapMicros: null })
}

export const png = (width: number, height: number, colour: string): Promise<Buffer> =>
  sharp({ create: { width, height, channels: 3, background: colour } })
    .png()
    .toBuffer()

/** Files below a folder, their folders with them. */
export async function put(folder: string, files: Readonly<Record<string, Uint8Array | string>>): Promise<void> {
  for (const [name, bytes] of Object.entries(files)) {
    await mkdir(dirname(join(folder, name)), { recursive: true })
    await writeFile(join(folder, name), bytes)
  }
}

export const mapping = { prompt: 'prompt', reference: 'reference' }

export const loaded = ({ library }: ReferenceLibrary, text: string): Promise<Sheet> =>
  library.engine.sheets.add({ name: 'wishes.csv', bytesBase64: Buffer.from(text).toString('base64') })

export const planned = (
  { library }: ReferenceLibrary,
  sheet: Sheet,
  profiles: DraftSettings['profiles'],
  parts: Partial<DraftSettings> = {},
): Promise<Plan> =>
  library.engine.generation.planDrafts({
    sheetId: sheet.id,
    settings: settingsFor(profiles, { mapping, ...parts }),
    alwaysNew: false,
    pricePerImageMicros: null,
  })

export async function runPlan({ library: { engine } }: Pick<ReferenceLibrary, 'library'>, plan: Plan): Promise<number> {
  const { planId, highestMicros } = plan
  const { batchId } = await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  return batchId
}
