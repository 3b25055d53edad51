/** A batch that goes through OpenAI's batches as the fake speaks them, from the sheet to the last picture. */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { openEngine } from '#engine/engine.ts'
import { answerParent, measure } from './in-child.ts'

const model = 'gpt-image-2'
const memoryEveryMs = 200

await answerParent(
  z.object({ folder: z.string(), sheet: z.string(), url: z.string() }),
  async ({ folder, sheet, url }) => {
    const engine = await openEngine({
      library: join(folder, 'library'),
      host: 'a bench',
      keyFile: join(folder, 'keys.json'),
      env: { OPENAI_API_KEY: 'sk-bench' },
      emit: () => undefined,
      lookEveryMs: 1000,
    })
    engine.settings.set({ dailyCapMicros: null })
    engine.providers.configure({ provider: 'openai', settings: { baseUrl: `${url}/openai/v1` } })
    const { id } = await engine.sheets.add({ name: 'bench.csv', bytesBase64: await readFile(sheet, 'base64') })
    const settings = {
      mapping: { prompt: 'prompt', id: 'id' },
      template: null,
      profiles: [{ provider: 'openai', model, width: null, height: null, quality: 'low', options: {} }],
      variants: 1,
      baseSeed: 0,
    }
    const plan = await engine.generation.planDrafts({
      sheetId: id,
      settings,
      alwaysNew: true,
      pricePerImageMicros: null,
    })
    const runIt = async () => {
      const { planId, highestMicros } = plan
      const run = { planId, highestMicros, name: null, first: null, capMicros: null, route: 'batch' as const }
      return (await engine.generation.run(run)).batchId
    }
    let peakMb = 0
    const watch = setInterval(() => {
      peakMb = Math.max(peakMb, process.memoryUsage.rss() / 1e6)
    }, memoryEveryMs)
    const stored = await measure(runIt)
    const batchId = stored.result
    const sent = await measure(() => engine.generation.whenSent(batchId))
    const startMb = process.memoryUsage.rss() / 1e6
    peakMb = startMb
    const read = await measure(() => engine.generation.whenIdle(batchId))
    clearInterval(watch)
    const { drafts, settledMicros } = engine.batches.get({ batchId })
    const remoteBatches = engine.remoteBatches.list({ batchId, open: false }).length
    await engine.close()
    return {
      done: drafts.done,
      settledMicros,
      remoteBatches,
      startMb,
      peakMb,
      stored: stored.effort,
      sent: sent.effort,
      read: read.effort,
    }
  },
)
