/** A sheet whose every prompt was made before: from its bytes until the new batch is done. Nobody is asked anything. */
import { z } from 'zod'
import { answerParent, measure } from './in-child.ts'
import { addSheet, openBenchEngine, planSheet, requireDone, runPlan } from './open-engine.ts'
import { sheetFor } from './wish.ts'

const input = z.object({ folder: z.string(), jobs: z.int(), size: z.int() })

await answerParent(input, async ({ folder, jobs, size }) => {
  const engine = await openBenchEngine(folder)
  const sheet = sheetFor(jobs)
  const { result: batchId, effort } = await measure(async () => {
    const started = await runPlan(engine, await planSheet(engine, await addSheet(engine, sheet), size))
    await engine.generation.whenIdle(started)
    return started
  })
  requireDone(engine, batchId, jobs)
  const { requests, drafts } = engine.batches.get({ batchId })
  if (requests > 0 || drafts.cached !== jobs)
    throw new Error(`Only ${drafts.cached} of ${jobs} drafts came from the cache.`)
  await engine.close()
  return effort
})
