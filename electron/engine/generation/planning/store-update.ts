import type { Batch, ChangeStep } from '#engine/batches/batches.ts'
import type { RunStart } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { carryOut } from './apply-change.ts'
import type { BatchChange, TileRef } from './batch-change.ts'
import { breather } from './breathe.ts'
import { type DraftPrompt, draftSlices } from './draft-tiles.ts'
import type { DraftPlan } from './plan-drafts.ts'
import type { PlanningNeeds, RunRoutes } from './planned-work.ts'
import { promptRow, type StoreDraftsNeeds, storeTile } from './store-drafts.ts'

/** A step is as much as one short transaction does. */
const itemsAtOnce = 200
/** Cells of a prompt are searched for, and to index them anew takes longer. */
const promptsAtOnce = 50

export interface BatchUpdate {
  readonly batch: Batch
  readonly sheetId: number
  readonly rows: number
  readonly allFinalMicros: number | null
  readonly routes: RunRoutes
  readonly start: RunStart
  readonly change: BatchChange
  readonly plan: DraftPlan
}

/**
 * Brings a batch to a newer sheet. First, in slices and unseen: the new prompts and jobs, and the steps that lead there.
 * Then, in one transaction: it is decided (`decided` runs inside). Then the steps, in slices; a kill before that
 * transaction leaves the batch as it was, one after it is carried to the end when the library is opened. Until the last
 * step nothing of the batch starts, so that nothing is sent for a row that is gone.
 */
export async function storeUpdate(
  needs: StoreDraftsNeeds & Pick<PlanningNeeds, 'onChanging'>,
  update: BatchUpdate,
  decided: () => void,
): Promise<void> {
  const { storage, batches, jobs } = needs
  const { batch, change, plan } = update
  if (batches.get(batch.id).changing)
    throw new AppError('conflict', 'This batch is being brought to another sheet just now. Wait until that is done.')
  const startId = storage.transaction(() => jobs.addStart(batch.id, update.start))
  const staging = storage.transaction(() => {
    const begun = batches.begin({
      name: `${batch.name} (newer sheet)`,
      sheetId: update.sheetId,
      identity: '',
      settings: batch.settings,
      rows: 0,
      allFinalMicros: null,
    })
    batches.beginChange(begun.id, batch.id)
    return begun
  })
  const breathe = breather()
  const made: number[] = []
  const newPrompts: number[] = []
  let promptIndex = 0
  const storePrompts = (prompts: readonly DraftPrompt[]): void => {
    let nextJobId = jobs.nextId()
    const unknown = jobs.unknownHashes()
    let next = made.length
    const cached = needs.cache.among(prompts.flatMap(({ tiles }) => tiles.map(() => plan.hash(next++))))
    for (const { prompt, wanted, tiles } of prompts) {
      const known = change.promptOf[promptIndex++] ?? null
      const promptId = known ?? batches.addPrompt(staging.id, promptRow(prompt, wanted), 'later')
      if (known === null) newPrompts.push(promptId)
      for (const tile of tiles) {
        const index = made.length
        const hash = plan.hash(index)
        storeTile(needs, {
          jobId: nextJobId,
          batchId: staging.id,
          promptId,
          index: change.positions[index] ?? 0,
          tile,
          hash,
          known: cached.get(hash) ?? null,
          hasUnknownTwin: (wanted) => unknown.has(wanted),
          follows: plan.outcome(index) === 'duplicate',
          isAlone: false,
          isHeldBack: false,
          routes: update.routes,
          startId,
        })
        made.push(nextJobId++)
      }
    }
  }
  for (const { prompts } of draftSlices(change.source)) {
    for (let at = 0; at < prompts.length; at += 64) {
      storage.draft(() => storePrompts(prompts.slice(at, at + 64)))
      await breathe()
    }
  }
  for (const steps of inChunks(stepsOf(change, made, newPrompts), 20)) {
    storage.draft(() => {
      for (const step of steps) batches.addChangeStep(staging.id, step)
    })
    await breathe()
  }
  storage.transaction(() => {
    jobs.holdFollowers(staging.id)
    batches.decideChange(staging.id, batch.id, {
      sheetId: update.sheetId,
      identity: plan.identity,
      rows: update.rows,
      allFinalMicros: update.allFinalMicros,
    })
    decided()
  })
  needs.onChanging()
  for (const _ of carryOut(needs, { stagingId: staging.id, batchId: batch.id })) await breathe()
}

function stepsOf(change: BatchChange, made: readonly number[], newPrompts: readonly number[]): ChangeStep[] {
  const idOf = (ref: TileRef | null): number | null =>
    ref === null ? null : 'made' in ref ? (made[ref.made] ?? null) : ref.tileId
  const away = (kind: 'removed' | 'changed'): ChangeStep[] =>
    inChunks(
      change.away.filter((tile) => tile.kind === kind),
      itemsAtOnce,
    ).map((tiles) => ({ do: 'away', kind, tiles: tiles.map(({ tileId, next }) => [tileId, idOf(next)]) }))
  const ranges = (ids: readonly number[]) =>
    inChunks(ids, itemsAtOnce).map((chunk) => ({ from: chunk[0] ?? 0, to: chunk.at(-1) ?? 0 }))
  return [
    ...away('removed'),
    ...away('changed'),
    ...inChunks(change.back, itemsAtOnce).map((tiles): ChangeStep => ({ do: 'back', tiles })),
    ...inChunks(change.prompts, promptsAtOnce).map((prompts): ChangeStep => ({ do: 'prompts', prompts })),
    ...inChunks(change.places, itemsAtOnce).map(
      (tiles): ChangeStep => ({ do: 'places', tiles: tiles.map(([id, position]) => [id, position]) }),
    ),
    ...ranges(newPrompts).map((range): ChangeStep => ({ do: 'adopt-prompts', ...range })),
    ...ranges(made).map((range): ChangeStep => ({ do: 'adopt-jobs', ...range })),
  ]
}

const inChunks = <Item>(list: readonly Item[], size: number): Item[][] =>
  Array.from({ length: Math.ceil(list.length / size) }, (_, at) => list.slice(at * size, (at + 1) * size))
