import type { Batches, ChangeStep } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Jobs } from '#engine/jobs/jobs.ts'
import type { Storage } from '#engine/storage/storage.ts'

interface ChangeNeeds {
  readonly storage: Storage
  readonly batches: Batches
  readonly jobs: Jobs
  readonly images: Images
}

/**
 * Does what is left of a decided change of sheet, a step in a transaction with the note that it is done; stops after each.
 * The transactions need not wait for the disk: what a power cut takes back is done again.
 */
export function* carryOut(
  needs: ChangeNeeds,
  { stagingId, batchId }: { readonly stagingId: number; readonly batchId: number },
): Generator<void, void, void> {
  const { storage, batches } = needs
  for (let next = batches.nextChangeStep(stagingId); next !== null; next = batches.nextChangeStep(stagingId)) {
    const { id, step } = next
    storage.draft(() => {
      doStep(needs, step, stagingId, batchId)
      batches.dropChangeStep(id)
    })
    yield
  }
  storage.transaction(() => batches.drop(stagingId))
}

function doStep({ batches, jobs, images }: ChangeNeeds, step: ChangeStep, stagingId: number, batchId: number): void {
  switch (step.do) {
    case 'away':
      for (const [tileId, next] of step.tiles) jobs.setAside(tileId, step.kind, next)
      return
    case 'back':
      for (const tileId of step.tiles) jobs.bringBack(tileId)
      return
    case 'prompts':
      for (const { id, ...to } of step.prompts) batches.movePrompt(id, to)
      return
    case 'places':
      for (const [tileId, position] of step.tiles) jobs.setPosition(tileId, position)
      return
    case 'adopt-prompts':
      batches.adoptPrompts(batchId, stagingId, step.from, step.to)
      return
    case 'adopt-jobs':
      jobs.adoptJobs(batchId, stagingId, step.from, step.to)
      images.adoptImages(batchId, stagingId, step.from, step.to)
  }
}

/** What a kill left half done is done before anything else starts. */
export function finishChanges(needs: ChangeNeeds): void {
  for (const change of needs.batches.decidedChanges()) for (const _ of carryOut(needs, change));
}
