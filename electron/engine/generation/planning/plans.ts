import { randomUUID } from 'node:crypto'
import type { Clock, Storage } from '#engine/storage/storage.ts'

export interface StoredPlan {
  readonly id: string
  readonly kind: 'drafts' | 'finals' | 'rerolls'
  readonly inputJson: string
  readonly highestMicros: number | null
  /** The batch that it became or went on with; null until it is run. */
  readonly batchId: number | null
}

/** Plans by id, so that a plan runs once however often it is asked, also after a restart. */
export function openPlans(storage: Storage, clock: Clock) {
  const unstored = new Map<string, StoredPlan>()
  const insert = storage.prepare<[string, string, string, number | null, number]>(
    'INSERT INTO plan (id, kind, input_json, highest_micros, created_ms) VALUES (?, ?, ?, ?, ?)',
  )
  const one = storage.prepare<[string], StoredPlan>(
    'SELECT id, kind, input_json AS inputJson, highest_micros AS highestMicros, batch_id AS batchId FROM plan WHERE id = ?',
  )
  const ran = storage.prepare<[number, string]>('UPDATE plan SET batch_id = ? WHERE id = ?')
  const dropOld = storage.prepare<[number]>('DELETE FROM plan WHERE batch_id IS NULL AND created_ms < ?')

  return {
    add(kind: StoredPlan['kind'], input: unknown, highestMicros: number | null): string {
      const id = randomUUID()
      const inputJson = JSON.stringify(input)
      if (storage.readOnly) unstored.set(id, { id, kind, inputJson, highestMicros, batchId: null })
      else
        storage.transaction(() => {
          dropOld.run(clock.now() - 7 * 86_400_000)
          insert.run(id, kind, inputJson, highestMicros, clock.now())
        })
      return id
    },
    get: (id: string): StoredPlan | null => unstored.get(id) ?? one.get(id) ?? null,
    /** Inside the transaction that stores what the plan asked for. */
    markRan: (id: string, batchId: number): void => void ran.run(batchId, id),
  }
}
