import { z } from 'zod'
import type { Clock, Storage } from '#engine/storage/storage.ts'

const ids = z.array(z.int())

/** One step from a batch's older sheet to its newer one; each is done wholly, in the order they were added. */
const changeStep = z.discriminatedUnion('do', [
  /** Tiles that the sheet has no more; beside each, the tile that took its place. */
  z.object({
    do: z.literal('away'),
    kind: z.enum(['removed', 'changed']),
    tiles: z.array(z.tuple([z.int(), z.int().nullable()])),
  }),
  z.object({ do: z.literal('back'), tiles: ids }),
  z.object({
    do: z.literal('prompts'),
    prompts: z.array(
      z.object({
        id: z.int(),
        row: z.int(),
        line: z.int(),
        clientId: z.string().nullable(),
        /** `null`: as they were. */
        columns: z.record(z.string(), z.string()).nullable(),
      }),
    ),
  }),
  /** Tiles with their new position. */
  z.object({ do: z.literal('places'), tiles: z.array(z.tuple([z.int(), z.int()])) }),
  /** Prompts and jobs made for the newer sheet, by their ids from first to last. */
  z.object({ do: z.literal('adopt-prompts'), from: z.int(), to: z.int() }),
  z.object({ do: z.literal('adopt-jobs'), from: z.int(), to: z.int() }),
])
export type ChangeStep = z.infer<typeof changeStep>

/** A change of sheet that was decided and is still to be carried out. */
export interface SheetChange {
  readonly stagingId: number
  readonly batchId: number
}

/** From one version of a batch's sheet to the next: what is still to be done stands here until it is. */
export function openSheetVersions(storage: Storage, clock: Clock) {
  const begin = storage.prepare<[number, number]>('INSERT INTO sheet_change (staging_id, batch_id) VALUES (?, ?)')
  const addStep = storage.prepare<[number, string]>(
    'INSERT INTO sheet_change_step (staging_id, step_json) VALUES (?, ?)',
  )
  const setReady = storage.prepare<[number]>('UPDATE sheet_change SET ready = 1 WHERE staging_id = ?')
  const ready = storage.prepare<[], SheetChange>(
    'SELECT staging_id AS stagingId, batch_id AS batchId FROM sheet_change WHERE ready = 1 ORDER BY staging_id',
  )
  const firstStep = storage.prepare<[number], { id: number; json: string }>(
    'SELECT id, step_json AS json FROM sheet_change_step WHERE staging_id = ? ORDER BY id LIMIT 1',
  )
  const dropStep = storage.prepare<[number]>('DELETE FROM sheet_change_step WHERE id = ?')
  const dropSteps = storage.prepare<[number]>('DELETE FROM sheet_change_step WHERE staging_id = ?')
  const dropChange = storage.prepare<[number]>('DELETE FROM sheet_change WHERE staging_id = ?')
  const keepOld = storage.prepare<[number, number]>(
    `INSERT INTO earlier_sheet (batch_id, version, sheet_id, rows, until_ms)
     SELECT id, (SELECT count(*) + 1 FROM earlier_sheet WHERE batch_id = batch.id), sheet_id, rows, ? FROM batch WHERE id = ?`,
  )
  const setSheet = storage.prepare<[number, string, number, number | null, number]>(
    'UPDATE batch SET sheet_id = ?, identity = ?, rows = ?, all_final_micros = ? WHERE id = ?',
  )
  const versions = storage.prepare<[number], { sheetId: number; rows: number; untilMs: number }>(
    'SELECT sheet_id AS sheetId, rows, until_ms AS untilMs FROM earlier_sheet WHERE batch_id = ? ORDER BY version DESC',
  )
  const adoptPrompts = storage.prepare<[number, number, number, number]>(
    'UPDATE prompt SET batch_id = ? WHERE batch_id = ? AND id BETWEEN ? AND ?',
  )

  return {
    /** New prompts and jobs go into `stagingId`, a batch that nobody sees. Inside the caller's transaction. */
    beginChange: (stagingId: number, batchId: number): void => void begin.run(stagingId, batchId),
    addChangeStep: (stagingId: number, step: ChangeStep): void => void addStep.run(stagingId, JSON.stringify(step)),
    /** From here on the change is carried out, whatever happens: the batch has the newer sheet. */
    decideChange(
      stagingId: number,
      batchId: number,
      sheet: { sheetId: number; identity: string; rows: number; allFinalMicros: number | null },
    ): void {
      setReady.run(stagingId)
      keepOld.run(clock.now(), batchId)
      setSheet.run(sheet.sheetId, sheet.identity, sheet.rows, sheet.allFinalMicros, batchId)
    },
    decidedChanges: (): SheetChange[] => ready.all(),
    nextChangeStep(stagingId: number): { id: number; step: ChangeStep } | null {
      const row = firstStep.get(stagingId)
      return row ? { id: row.id, step: changeStep.parse(JSON.parse(row.json)) } : null
    },
    /** Inside the transaction that does the step. */
    dropChangeStep: (stepId: number): void => void dropStep.run(stepId),
    dropChange(stagingId: number): void {
      dropSteps.run(stagingId)
      dropChange.run(stagingId)
    },
    adoptPrompts: (batchId: number, stagingId: number, from: number, to: number): void =>
      void adoptPrompts.run(batchId, stagingId, from, to),
    /** The sheets that a batch had before, the newest first. */
    earlierSheets: (batchId: number) => versions.all(batchId),
  }
}
