import { type Job, requestOf } from '#engine/jobs/jobs.ts'
import type { RunInput } from '#shared/contract/generation.ts'
import { breather } from './breathe.ts'
import { remembering } from './model-facts.ts'
import type { PlanningNeeds, PlanPart } from './planned-work.ts'
import { addToPart, runRoutes } from './routes.ts'

const jobsAtOnce = 100

/**
 * What is queued of a batch takes another route, where the run that goes on with it names one: in slices. What waits for
 * its turn meanwhile may still go by the old one.
 */
export async function changeRoutes(
  needs: PlanningNeeds,
  batchId: number,
  wish: Pick<RunInput, 'route' | 'routes'>,
): Promise<void> {
  if (wish.route === undefined && wish.routes === undefined) return
  const { storage, jobs } = needs
  const facts = remembering(needs.facts)
  const breathe = breather()
  const parts = new Map<string, PlanPart>()
  for await (const page of pages(needs, batchId)) {
    for (const job of page) addToPart(parts, { request: requestOf(job), price: null }, facts)
    await breathe()
  }
  const routes = runRoutes(wish, { parts: [...parts.values()], kind: 'drafts' }, facts)
  for await (const page of pages(needs, batchId)) {
    storage.transaction(() => {
      for (const job of page) {
        const request = requestOf(job)
        const { route, highestMicros } = routes.of(request, facts.priceOf(request))
        if (route !== job.route) jobs.setRoute(job.id, route, highestMicros ?? job.estimateMicros)
      }
    })
    await breathe()
  }
}

function* pages({ jobs }: PlanningNeeds, batchId: number): Generator<Job[]> {
  for (let page = jobs.queuedIn(batchId, 0, jobsAtOnce); page.length > 0; ) {
    yield page
    page = jobs.queuedIn(batchId, page.at(-1)?.id ?? 0, jobsAtOnce)
  }
}
