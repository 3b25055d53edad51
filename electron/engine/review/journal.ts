import { z } from 'zod'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import { type Marks, marks, verb } from '#shared/contract/review.ts'

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

const ids = z.array(z.int())
const actionStep = z.discriminatedUnion('do', [
  /** `others`: the siblings of those that `keep-only` keeps, and everything in a rejected row. */
  z.object({ do: z.literal('mark'), verb, kept: ids, others: ids }),
  /** The action's changes of the images from one id to another. */
  z.object({ do: z.enum(['undo', 'redo']), from: z.int(), to: z.int() }),
])
/** A part of an action that is decided and still to be carried out. */
export type ActionStep = z.infer<typeof actionStep>

interface ActionRow {
  readonly id: number
  readonly batchId: number
  readonly summary: string
  readonly atMs: number
  readonly state: 'done' | 'undone'
}

const columns = 'id, batch_id AS batchId, summary, at_ms AS atMs, state'

export type Journal = ReturnType<typeof openJournal>

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
  const changesBetween = storage.prepare<[number, number, number], { before: string; after: string }>(
    `SELECT before_json AS before, after_json AS after FROM action_change
     WHERE action_id = ? AND image_id BETWEEN ? AND ? ORDER BY image_id`,
  )
  const imagesOf = storage
    .prepare<[number], number>('SELECT image_id FROM action_change WHERE action_id = ? ORDER BY image_id')
    .pluck()
  const addStep = storage.prepare<[number, string]>('INSERT INTO action_step (action_id, step_json) VALUES (?, ?)')
  const firstStep = storage.prepare<[], { id: number; actionId: number; json: string; isLast: number }>(
    `SELECT id, action_id AS actionId, step_json AS json, id = (SELECT max(id) FROM action_step) AS isLast
     FROM action_step ORDER BY id LIMIT 1`,
  )
  const dropStep = storage.prepare<[number]>('DELETE FROM action_step WHERE id = ?')
  const one = storage.prepare<[number], ActionRow>(`SELECT ${columns} FROM action WHERE id = ?`)
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
     JOIN job ON job.id = image.tile_id
     WHERE action.batch_id = ? AND action.state = 'done' AND image.stage = 'draft' AND image.decision <> 'undecided'
       AND action_change.after_json ->> '$.decision' <> 'undecided'
       AND action_change.after_json ->> '$.decision' <> action_change.before_json ->> '$.decision'
     ORDER BY action.id DESC, job.position DESC, job.id DESC LIMIT 1`,
  )

  const actionOf = ({ state, ...row }: ActionRow): StoredAction => ({
    ...row,
    undone: state === 'undone',
    tileIds: tilesOf.all(row.id).map((tile) => tile.tileId),
  })

  const changeOf = (change: { before: string; after: string }): Change => ({
    before: marks.parse(JSON.parse(change.before)),
    after: marks.parse(JSON.parse(change.after)),
  })
  const begin = (batchId: number, summary: string): number => {
    replaceUndone.run(batchId)
    return Number(insert.run(batchId, summary, clock.now()).lastInsertRowid)
  }
  const note = (actionId: number, changes: readonly Change[]): void => {
    for (const { before, after } of changes)
      insertChange.run(actionId, after.imageId, JSON.stringify(before), JSON.stringify(after))
  }
  const get = (actionId: number): StoredAction => {
    const row = one.get(actionId)
    if (!row) throw new Error(`The journal has no action ${actionId}.`)
    return actionOf(row)
  }

  return {
    /** Inside the transaction that changes the marks. */
    add(batchId: number, summary: string, changes: readonly Change[]): StoredAction {
      const id = begin(batchId, summary)
      note(id, changes)
      return get(id)
    },
    /** In one transaction: from then on the action is decided, and its steps are to be carried out. Gives its id. */
    addInSteps(batchId: number, summary: string, steps: readonly ActionStep[]): number {
      const id = begin(batchId, summary)
      for (const step of steps) addStep.run(id, JSON.stringify(step))
      return id
    },
    /** What a step changed, inside its transaction. */
    note,
    get,

    /** The action that undo or redo is about, with the images it changed; null where there is none. */
    next(batchId: number, direction: 'undo' | 'redo'): { actionId: number; imageIds: number[] } | null {
      const row = (direction === 'undo' ? newestDone : oldestUndone).get(batchId)
      return row ? { actionId: row.id, imageIds: imagesOf.all(row.id) } : null
    },
    changes: (actionId: number): Change[] => changesOf.all(actionId).map(changeOf),
    changesBetween: (actionId: number, from: number, to: number): Change[] =>
      changesBetween.all(actionId, from, to).map(changeOf),
    /** In one transaction: the action is undone, or done again; what that takes may be left as steps. */
    turn(actionId: number, direction: 'undo' | 'redo', steps: readonly ActionStep[]): void {
      setState.run(direction === 'undo' ? 'undone' : 'done', actionId)
      for (const step of steps) addStep.run(actionId, JSON.stringify(step))
    },

    nextStep(): { id: number; actionId: number; step: ActionStep; isLast: boolean } | null {
      const row = firstStep.get()
      if (!row) return null
      return {
        id: row.id,
        actionId: row.actionId,
        step: actionStep.parse(JSON.parse(row.json)),
        isLast: row.isLast === 1,
      }
    },
    /** Inside the transaction that does the step. */
    dropStep: (stepId: number): void => void dropStep.run(stepId),

    history: (batchId: number, limit: number): StoredAction[] => recent.all(batchId, limit).map(actionOf),
    /** The image decided last that is still decided, of those one action decided the last in the sheet; null where none is. */
    newestDecided: (batchId: number): number | null => decided.get(batchId)?.imageId ?? null,
  }
}
