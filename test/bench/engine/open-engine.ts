import { join } from 'node:path'
import { type Engine, openEngine } from '#engine/engine.ts'
import { AppError } from '#shared/errors.ts'
import { settingsFor } from './wish.ts'

export interface Lane {
  readonly url: string
  readonly concurrency: number
  readonly requestsPerMinute: number | null
  readonly priceMicros: number
}

/** The engine as a host opens it, over a library in `folder`. */
export const openBenchEngine = (folder: string): Promise<Engine> =>
  openEngine({
    library: join(folder, 'library'),
    host: 'a bench',
    keyFile: join(folder, 'keys.json'),
    env: {},
    emit: () => undefined,
  })

/** Points the library at the fake provider, with limits and price, and without a daily cap. */
export function configure(engine: Engine, { url, concurrency, requestsPerMinute, priceMicros }: Lane): void {
  engine.settings.set({ dailyCapMicros: null })
  engine.providers.configure({
    provider: 'openai-compatible',
    settings: {
      baseUrl: `${url}/v1`,
      concurrency,
      requestsPerMinute,
      pricePerImageUsd: priceMicros / 1_000_000,
    },
  })
}

export async function addSheet(engine: Engine, text: string): Promise<number> {
  const sheet = await engine.sheets.add({ name: 'bench.csv', bytesBase64: Buffer.from(text).toString('base64') })
  return sheet.id
}

export const planSheet = (engine: Engine, sheetId: number, size: number) =>
  engine.generation.planDrafts({ sheetId, settings: settingsFor(size), alwaysNew: false, pricePerImageMicros: null })

/** Runs a plan; resolves with its batch when it is stored and queued. */
export async function runPlan(
  engine: Engine,
  { planId, highestMicros }: { planId: string; highestMicros: number | null },
): Promise<number> {
  const { batchId } = await engine.generation.run({ planId, highestMicros, name: null, first: null, capMicros: null })
  return batchId
}

/** Throws where not every draft of the batch is there: a figure of a run that lost something says nothing. */
export function requireDone(engine: Engine, batchId: number, count: number): void {
  const { drafts } = engine.batches.get({ batchId })
  if (drafts.done !== count)
    throw new AppError('bad-response', `Only ${drafts.done} of ${count} drafts were made: ${JSON.stringify(drafts)}.`)
}
