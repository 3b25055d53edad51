import type { Storage } from '#engine/storage/storage.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { JobState } from '#shared/job-state.ts'
import { isInSheet } from './filter.ts'

export type DraftCounts = BatchStatus['drafts']

/** What the job table says of a batch. */
export interface JobCounts {
  readonly prompts: number
  readonly tiles: number
  readonly drafts: DraftCounts
  readonly finals: DraftCounts
  /** What its requests should cost in all, those from the cache and of twins left out. */
  readonly estimateMicros: number
  readonly held: Readonly<Record<string, number>>
  /** Requests that are out, or whose reply is being saved. */
  readonly out: number
  /** Requests still to be answered, by provider: followers take a picture and send none. */
  readonly leftByProvider: Readonly<Record<string, number>>
  /** What pictures would have cost that came from the cache, or from another job of the same batch. */
  readonly savedByCacheMicros: number
  readonly savedByTwinsMicros: number
  readonly deliveredMs: number | null
}

/** Tiles that the sheet has no more, by why. */
export interface EarlierCounts {
  readonly removed: number
  readonly changed: number
}

export interface BatchCounts {
  readonly jobs: (batchId: number) => JobCounts
  /** Decisions on drafts; `marked` for full size. */
  readonly decisions: (batchId: number) => BatchStatus['decisions']
  readonly earlier: (batchId: number) => EarlierCounts
  /** Failed drafts and finals that a person has dismissed. */
  readonly dismissed: (batchId: number) => { readonly drafts: number; readonly finals: number }
}

interface StateRow {
  readonly stage: 'draft' | 'final'
  readonly state: JobState
  readonly holdReason: string | null
  readonly follows: number
  readonly provider: string
  readonly count: number
  readonly micros: number
}

const out: readonly JobState[] = ['submitting', 'running', 'saving']

/** Counted in the database, each from one covering index: a few milliseconds at 50,000 tiles. */
export function openBatchCounts(storage: Storage): BatchCounts {
  const states = storage.prepare<[number], StateRow>(
    `SELECT stage, state, hold_reason AS holdReason, follows, provider, count(*) AS count,
       coalesce(sum(estimate_micros), 0) AS micros
     FROM job WHERE batch_id = ? GROUP BY state, stage, hold_reason, follows, provider`,
  )
  const takenWithoutRequest = storage.prepare<
    [number],
    { stage: 'draft' | 'final'; origin: 'cache' | 'twin'; count: number; micros: number }
  >(
    `SELECT image.stage, image.origin, count(*) AS count, coalesce(sum(job.estimate_micros), 0) AS micros
     FROM image JOIN job ON job.id = image.job_id WHERE image.batch_id = ? AND image.origin <> 'request' GROUP BY image.stage, image.origin`,
  )
  /** Steps of finals whose picture the next step went on with: no full sizes of their own. */
  const passedSteps = storage.prepare<[number], { origin: string; count: number; micros: number }>(
    `SELECT passed AS origin, count(*) AS count, coalesce(sum(job.estimate_micros), 0) AS micros
     FROM job_step JOIN job ON job.id = job_step.job_id
     WHERE job_step.batch_id = ? AND job_step.passed IS NOT NULL GROUP BY passed`,
  )
  const decisions = storage.prepare<[number], { decision: string; count: number; marked: number }>(
    `SELECT decision, count(*) AS count, sum(hires) AS marked FROM image
     WHERE batch_id = ? AND stage = 'draft' AND output_index = 0 GROUP BY decision`,
  )
  const earlier = storage.prepare<[number], { kind: 'removed' | 'changed'; count: number }>(
    'SELECT kind, count(*) AS count FROM earlier_tile WHERE batch_id = ? GROUP BY kind',
  )
  // What is set aside is counted by itself and taken off: batches whose sheet never changed are counted as fast as ever.
  const earlierStates = storage.prepare<[number, number], StateRow>(
    `SELECT stage, state, hold_reason AS holdReason, follows, provider, count(*) AS count,
       coalesce(sum(estimate_micros), 0) AS micros
     FROM job WHERE id IN (SELECT tile_id FROM earlier_tile WHERE batch_id = ? UNION ALL
       SELECT final.id FROM earlier_tile JOIN job AS final ON final.tile_id = earlier_tile.tile_id AND final.stage = 'final'
       WHERE earlier_tile.batch_id = ?)
     GROUP BY state, stage, hold_reason, follows, provider`,
  )
  const earlierCached = storage.prepare<[number], { stage: 'draft' | 'final'; count: number }>(
    `SELECT image.stage, count(*) AS count FROM earlier_tile JOIN image ON image.tile_id = earlier_tile.tile_id
     WHERE earlier_tile.batch_id = ? AND image.origin = 'cache' GROUP BY image.stage`,
  )
  const earlierDecisions = storage.prepare<[number], { decision: string; count: number; marked: number }>(
    `SELECT decision, count(*) AS count, sum(hires) AS marked FROM earlier_tile
     JOIN image ON image.tile_id = earlier_tile.tile_id AND image.stage = 'draft' AND image.output_index = 0
     WHERE earlier_tile.batch_id = ? GROUP BY decision`,
  )
  const earlierPrompts = storage.prepare<[number], { count: number }>(
    `SELECT count(DISTINCT job.prompt_id) AS count FROM earlier_tile JOIN job ON job.id = earlier_tile.tile_id
     WHERE earlier_tile.batch_id = ? AND NOT EXISTS (SELECT 1 FROM job AS other WHERE other.prompt_id = job.prompt_id
       AND other.stage = 'draft' AND ${isInSheet('other.id')})`,
  )
  const prompts = storage.prepare<[number], { count: number }>(
    // Those of the sheet: what a person wrote for single tiles is no prompt more.
    `WITH of (id) AS (SELECT ?)
     SELECT (SELECT count(*) FROM prompt WHERE batch_id = of.id)
       - (SELECT count(*) FROM prompt WHERE batch_id = of.id AND edited_from IS NOT NULL) AS count FROM of`,
  )
  const dismissed = storage.prepare<[number], { drafts: number; finals: number }>(
    `SELECT coalesce(sum(stage = 'draft'), 0) AS drafts, coalesce(sum(stage = 'final'), 0) AS finals FROM job WHERE batch_id = ? AND state = 'failed' AND dismissed = 1
       AND ${isInSheet('job.tile_id')}`,
  )
  const delivered = storage.prepare<[number], { ms: number | null }>(
    `SELECT max(ended_ms) AS ms FROM delivery WHERE batch_id = ? AND state = 'done'`,
  )

  return {
    jobs(batchId) {
      const all = states.all(batchId)
      const hasEarlier = earlier.get(batchId) !== undefined
      const gone = hasEarlier ? earlierStates.all(batchId, batchId) : []
      const rows = gone.length === 0 ? all : [...all, ...gone.map((row) => ({ ...row, count: -row.count, micros: 0 }))]
      const goneCached = hasEarlier ? earlierCached.all(batchId) : []
      const taken = takenWithoutRequest.all(batchId)
      const passed = passedSteps.all(batchId)
      const savedBy = (origin: string) =>
        sum([...taken, ...passed].filter((row) => row.origin === origin).map((row) => row.micros))
      const cached = (stage: string) =>
        sum(taken.filter((row) => row.stage === stage && row.origin === 'cache').map((row) => row.count)) -
        sum(goneCached.filter((row) => row.stage === stage).map((row) => row.count))
      const leaders = all.filter((row) => row.follows === 0)
      const asked = [
        ...leaders.filter((row) => row.state !== 'failed').map((row) => row.micros),
        // What was canceled because its row went will not be asked any more.
        ...gone.filter((row) => row.follows === 0 && row.state === 'canceled').map((row) => -row.micros),
      ]
      const held: Record<string, number> = {}
      const leftByProvider: Record<string, number> = {}
      for (const row of leaders) {
        if (row.holdReason) held[row.holdReason] = (held[row.holdReason] ?? 0) + row.count
        else if (row.state === 'queued' || out.includes(row.state))
          leftByProvider[row.provider] = (leftByProvider[row.provider] ?? 0) + row.count
      }
      return {
        prompts: (prompts.get(batchId)?.count ?? 0) - (hasEarlier ? (earlierPrompts.get(batchId)?.count ?? 0) : 0),
        tiles: sum(rows.filter((row) => row.stage === 'draft').map((row) => row.count)),
        drafts: stageCounts(rows, 'draft', cached('draft')),
        finals: lessDone(stageCounts(rows, 'final', cached('final')), sum(passed.map((row) => row.count))),
        estimateMicros: sum(asked) - savedBy('cache') - savedBy('twin'),
        held,
        out: sum(all.filter((row) => out.includes(row.state)).map((row) => row.count)),
        leftByProvider,
        savedByCacheMicros: savedBy('cache'),
        savedByTwinsMicros: savedBy('twin'),
        deliveredMs: delivered.get(batchId)?.ms ?? null,
      }
    },

    decisions(batchId) {
      const hasEarlier = earlier.get(batchId) !== undefined
      const gone = hasEarlier ? earlierDecisions.all(batchId) : []
      const rows = decisions.all(batchId)
      const count = (name: string) =>
        (rows.find((row) => row.decision === name)?.count ?? 0) -
        (gone.find((row) => row.decision === name)?.count ?? 0)
      return {
        undecided: count('undecided'),
        approved: count('approved'),
        rejected: count('rejected'),
        marked: sum(rows.map((row) => row.marked)) - sum(gone.map((row) => row.marked)),
      }
    },
    dismissed: (batchId) => dismissed.get(batchId) ?? { drafts: 0, finals: 0 },
    earlier(batchId) {
      const rows = earlier.all(batchId)
      const count = (kind: string) => rows.find((row) => row.kind === kind)?.count ?? 0
      return { removed: count('removed'), changed: count('changed') }
    },
  }
}

const sum = (numbers: readonly number[]): number => numbers.reduce((total, number) => total + number, 0)

const lessDone = (counts: DraftCounts, passed: number): DraftCounts => ({ ...counts, done: counts.done - passed })

function stageCounts(rows: readonly StateRow[], stage: 'draft' | 'final', cached: number): DraftCounts {
  const count = (matches: (row: StateRow) => boolean) =>
    sum(rows.filter((row) => row.stage === stage && matches(row)).map((row) => row.count))
  return {
    done: count((row) => row.state === 'done'),
    cached,
    failed: count((row) => row.state === 'failed'),
    unknown: count((row) => row.state === 'unknown'),
    held: count((row) => row.holdReason !== null),
    canceled: count((row) => row.state === 'canceled'),
    left: count((row) => row.holdReason === null && (row.state === 'queued' || out.includes(row.state))),
  }
}
