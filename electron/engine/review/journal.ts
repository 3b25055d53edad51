import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type Marks, marks } from '#shared/contract/review.ts'

export interface StoredAction {
  readonly id: number
  readonly batchId: number
  readonly summary: string
  readonly atMs: number
  readonly undone: boolean
  readonly tileIds: number[]
}

export interface Change {
  readonly before: Marks
  readonly after: Marks
}

interface ActionRow {
  readonly id: number
  readonly batchId: number
  readonly summary: string
  readonly atMs: number
  readonly state: 'done' | 'undone'
}

const columns = 'id, batch_id AS batchId, summary, at_ms AS atMs, state'

/** What was decided, in order. A new action after an undo replaces what was undone. */
export function openJournal(storage: Storage, clock: Clock) {
  const insert = storage.prepare<[number, string, number]>(
    'INSERT INTO action (batch_id, summary, at_ms) VALUES (?, ?, ?)',
  )
  const insertChange = storage.prepare<[number, number, string, string]>(
    'INSERT INTO action_change VALUES (?, ?, ?, ?)',
  )
  const replaceUndone = storage.prepare<[number]>(
    `UPDATE action SET state = 'replaced' WHERE batch_id = ? AND state = 'undone'`,
  )
  const newestDone = storage.prepare<[number], ActionRow>(
    `SELECT ${columns} FROM action WHERE batch_id = ? AND state = 'done' ORDER BY id DESC LIMIT 1`,
  )
  const oldestUndone = storage.prepare<[number], ActionRow>(
    `SELECT ${columns} FROM action WHERE batch_id = ? AND state = 'undone' ORDER BY id LIMIT 1`,
  )
  const setState = storage.prepare<[string, number]>('UPDATE action SET state = ? WHERE id = ?')
  const changesOf = storage.prepare<[number], { before: string; after: string }>(
    'SELECT before_json AS before, after_json AS after FROM action_change WHERE action_id = ? ORDER BY image_id',
  )
  const tilesOf = storage.prepare<[number], { tileId: number }>(
    `SELECT image.tile_id AS tileId FROM action_change JOIN image ON image.id = action_change.image_id
     WHERE action_id = ? ORDER BY image.tile_id LIMIT 1000`,
  )
  const recent = storage.prepare<[number, number], ActionRow>(
    `SELECT ${columns} FROM action WHERE batch_id = ? AND state IN ('done', 'undone') ORDER BY id DESC LIMIT ?`,
  )
  const decided = storage.prepare<[number], { imageId: number }>(
    `SELECT action_change.image_id AS imageId FROM action
     JOIN action_change ON action_change.action_id = action.id JOIN image ON image.id = action_change.image_id
     WHERE action.batch_id = ? AND action.state = 'done' AND image.stage = 'draft' AND image.decision <> 'undecided'
       AND action_change.after_json ->> '$.decision' <> 'undecided'
       AND action_change.after_json ->> '$.decision' <> action_change.before_json ->> '$.decision'
     ORDER BY action.id DESC, action_change.image_id DESC LIMIT 1`,
  )

  const actionOf = ({ state, ...row }: ActionRow): StoredAction => ({
    ...row,
    undone: state === 'undone',
    tileIds: tilesOf.all(row.id).map((tile) => tile.tileId),
  })

  return {
    /** Inside the transaction that changes the marks. */
    add(batchId: number, summary: string, changes: readonly Change[]): StoredAction {
      replaceUndone.run(batchId)
      const atMs = clock.now()
      const id = Number(insert.run(batchId, summary, atMs).lastInsertRowid)
      for (const { before, after } of changes)
        insertChange.run(id, after.imageId, JSON.stringify(before), JSON.stringify(after))
      return { id, batchId, summary, atMs, undone: false, tileIds: changes.map((change) => change.after.tileId) }
    },

    /** The action that undo or redo is about, with its changes; null where there is none. */
    step(batchId: number, direction: 'undo' | 'redo'): { action: StoredAction; changes: Change[] } | null {
      const row = (direction === 'undo' ? newestDone : oldestUndone).get(batchId)
      if (!row) return null
      const changes = changesOf.all(row.id).map((change) => ({
        before: marks.parse(JSON.parse(change.before)),
        after: marks.parse(JSON.parse(change.after)),
      }))
      return { action: actionOf(row), changes }
    },
    mark: (actionId: number, state: 'done' | 'undone'): void => void setState.run(state, actionId),

    history: (batchId: number, limit: number): StoredAction[] => recent.all(batchId, limit).map(actionOf),
    /** The image decided last that is still decided; null where none is. */
    newestDecided: (batchId: number): number | null => decided.get(batchId)?.imageId ?? null,
  }
}
