/** Proofsheet as a contender: a new library, a planned sheet; measured from `run` until every picture is durable. */
import { z } from 'zod'
import { answerParent, measure } from './in-child.ts'
import { addSheet, configure, openBenchEngine, planSheet, requireDone, runPlan } from './open-engine.ts'
import { sheetFor } from './wish.ts'

const input = z.object({
  folder: z.string(),
  url: z.string(),
  jobs: z.int(),
  size: z.int(),
  concurrency: z.int(),
  requestsPerMinute: z.int().nullable(),
  priceMicros: z.int(),
})

await answerParent(input, async (given) => {
  const engine = await openBenchEngine(given.folder)
  configure(engine, given)
  const plan = await planSheet(engine, await addSheet(engine, sheetFor(given.jobs)), given.size)
  const { result: batchId, effort } = await measure(async () => {
    const started = await runPlan(engine, plan)
    await engine.generation.whenIdle(started)
    return started
  })
  requireDone(engine, batchId, given.jobs)
  await engine.close()
  return effort
})
