import { z } from 'zod'
import type { Storage } from '#engine/storage/storage.ts'
import { finalStep } from '#shared/contract/wishes.ts'

/** A step still to come, with the most that it was said to cost, in micros; null where nobody knew. */
const plannedStep = z.object({ profile: finalStep, highestMicros: z.int().nullable() })
export type PlannedStep = z.infer<typeof plannedStep>
const plannedSteps = z.array(plannedStep)

/** Where a job stands in the chain of steps that makes one final. */
interface JobStep {
  readonly batchId: number
  /** The job of the chain's first step. */
  readonly firstJobId: number
  /** The further steps as they were asked for: the same for the same chain. */
  readonly chain: string
  /** 1 is the first. */
  readonly step: number
  readonly steps: number
  readonly rest: readonly PlannedStep[]
  /** What the steps before it were paid for, in micros. */
  readonly beforeMicros: number
}

interface StepRow extends Omit<JobStep, 'rest'> {
  readonly restJson: string
  readonly stopped: number
}

/** Finals that are made in several steps, each a job of its own. */
export function openSteps(storage: Storage) {
  const insert = storage.prepare<(string | number)[]>(
    `INSERT INTO job_step (job_id, batch_id, first_job_id, chain, step, steps, rest_json, before_micros)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const one = storage.prepare<[number], StepRow>(
    `SELECT batch_id AS batchId, first_job_id AS firstJobId, chain, step, steps, rest_json AS restJson,
       before_micros AS beforeMicros, stopped FROM job_step WHERE job_id = ?`,
  )
  const pass = storage.prepare<[string, number]>('UPDATE job_step SET passed = ? WHERE job_id = ?')
  const passed = storage.prepare<[number], { found: number }>(
    'SELECT EXISTS (SELECT 1 FROM job_step WHERE job_id = ? AND passed IS NOT NULL) AS found',
  )
  const stop = storage.prepare<[number]>(
    `UPDATE job_step SET stopped = 1 WHERE batch_id = ? AND passed IS NULL
       AND job_id IN (SELECT id FROM job WHERE state IN ('submitting', 'running', 'saving'))`,
  )

  return {
    /** Inside the caller's transaction, after the job itself. */
    addStep: (jobId: number, of: JobStep): void =>
      void insert.run(
        jobId,
        of.batchId,
        of.firstJobId,
        of.chain,
        of.step,
        of.steps,
        JSON.stringify(of.rest),
        of.beforeMicros,
      ),
    /** Null for a job that is a whole final, or a draft. `isStopped`: what comes after it is not wanted any more. */
    stepOf(jobId: number): (JobStep & { readonly isStopped: boolean }) | null {
      const row = one.get(jobId)
      if (!row) return null
      const { restJson, stopped, ...step } = row
      return { ...step, rest: plannedSteps.parse(JSON.parse(restJson)), isStopped: stopped === 1 }
    },
    /** The job's picture is what the next step starts from. */
    pass: (jobId: number, origin: 'request' | 'cache' | 'twin'): void => void pass.run(origin, jobId),
    hasPassed: (jobId: number): boolean => passed.get(jobId)?.found === 1,
    /** What is out of a batch ends its chain: no further step is begun. */
    stopChains: (batchId: number): void => void stop.run(batchId),
  }
}
