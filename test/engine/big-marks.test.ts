import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import Database from 'better-sqlite3'
import { expect, onTestFinished, test, vi } from 'vitest'
import { migrate, schemaVersion } from '#engine/storage/migrate.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, temporaryFolder } from './open-library.ts'

vi.setConfig({ testTimeout: 90_000 })

const count = 1300
const killed = fileURLToPath(new URL('./big-marks-killed.ts', import.meta.url))

/** 1,300 drafts of one picture: the same prompt in every row is asked for once. */
async function openMany() {
  const library = await openTestLibrary()
  const rows = Array.from({ length: count }, (_, at) => `A-${at + 1},a red shoe`)
  const profile = draftProfile('sketch', 'sketch', { width: 64, height: 64 })
  const settings = settingsFor([profile], { mapping: { prompt: 'prompt', id: 'id' } })
  const batchId = await runSheet(library, sheetOf(rows, 'id,prompt'), settings)
  await library.engine.generation.whenIdle(batchId)
  const all = { kind: 'selector' as const, batchId, selector: 'all' }
  const decisions = (engine = library.engine) => {
    const { approved, rejected, undecided } = engine.batches.get({ batchId }).decisions
    return { approved, rejected, undecided }
  }
  return { library, batchId, all, decisions }
}

test('a mark on more than a thousand drafts is one action, and everything else goes on while it is stored', async () => {
  const { library, batchId, all, decisions } = await openMany()
  const { review } = library.engine
  const turns = { count: 0, isDone: false }
  const watch = (): void => {
    turns.count += 1
    if (!turns.isDone) setImmediate(watch)
  }
  setImmediate(watch)
  const outcome = await review.apply({ targets: all, verb: { kind: 'approve' } })
  turns.isDone = true
  expect(outcome).toMatchObject({ matched: count, changedCount: count, changed: [] })
  expect(turns.count).toBeGreaterThan(count / 500)
  expect(decisions()).toEqual({ approved: count, rejected: 0, undecided: 0 })
  expect(review.history({ batchId, limit: 10 }).map(({ summary }) => summary)).toEqual([`approved ${count} drafts`])
  // Events name every tile, some at a time.
  const told = library.events.flatMap((event) => (event.kind === 'marks-changed' ? [event.tileIds] : []))
  expect(new Set(told.flat()).size).toBe(count)
  expect(Math.max(...told.map((tileIds) => tileIds.length))).toBeLessThan(count / 2)

  expect(await review.apply({ targets: all, verb: { kind: 'approve' } })).toMatchObject({
    action: null,
    changedCount: 0,
  })
  const undone = await review.undo({ batchId })
  expect(undone).toMatchObject({ changedCount: count, action: { undone: true } })
  expect(undone.action?.tileIds).toHaveLength(1000)
  expect(decisions()).toEqual({ approved: 0, rejected: 0, undecided: count })
  await review.redo({ batchId })
  expect(decisions()).toEqual({ approved: count, rejected: 0, undecided: 0 })
  const { engine } = await library.reopen()
  expect(decisions(engine)).toEqual({ approved: count, rejected: 0, undecided: 0 })
})

test('what is asked for meanwhile comes after it, and closing the library waits for it', async () => {
  const { library, batchId, all, decisions } = await openMany()
  const { review } = library.engine
  const approving = review.apply({ targets: all, verb: { kind: 'approve' } })
  const rejecting = review.apply({ targets: { ...all, selector: 'rows:1' }, verb: { kind: 'reject' } })
  const keeping = review.apply({ targets: { ...all, selector: 'rows:2-1300' }, verb: { kind: 'rate', rating: 3 } })
  await Promise.all([approving, rejecting])
  const { engine } = await library.reopen()
  await keeping
  expect(decisions(engine)).toEqual({ approved: count - 1, rejected: 1, undecided: 0 })
  expect(engine.tiles.ids({ batchId, filter: { minRating: 3 }, order: 'sheet' }).ids).toHaveLength(count - 1)
  expect(engine.review.history({ batchId, limit: 10 }).map(({ summary }) => summary)).toEqual([
    `gave ${count - 1} drafts 3 stars`,
    'rejected 1 draft',
    `approved ${count} drafts`,
  ])
})

test.each([1, 4])(
  'killed when %i slices are stored, a mark is carried to its end, and is one undo',
  async (slices) => {
    const { library, batchId, decisions } = await openMany()
    await library.engine.close()
    const child = spawn(process.execPath, [killed, library.folder, String(slices)], {
      env: { ...process.env, PROOFSHEET_KEYRING: 'off' },
      stdio: 'inherit',
    })
    onTestFinished(() => void child.kill('SIGKILL'))
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    const database = new Database(join(library.folder, 'library.db'), { readonly: true })
    const left = database.prepare('SELECT count(*) FROM action_step').pluck().get()
    database.close()
    expect(left).toBeGreaterThan(0)

    const { engine } = await library.reopen()
    expect(decisions(engine)).toEqual({ approved: count, rejected: 0, undecided: 0 })
    expect(engine.review.history({ batchId, limit: 10 })).toHaveLength(1)
    await engine.review.undo({ batchId })
    expect(decisions(engine)).toEqual({ approved: 0, rejected: 0, undecided: count })
  },
  60_000,
)

test('a list of decisions as long as the sheet is one action; its last line about a draft counts', async () => {
  const { library, batchId, decisions } = await openMany()
  const { review } = library.engine
  const lines = Array.from({ length: count }, (_, at) => `A-${at + 1},${at < 1000 ? 'approve' : 'reject'}`)
  const csv = ['id,decision', ...lines, 'A-1,reject', 'A-9999,approve'].join('\n')
  expect(await review.importDecisions({ batchId, csv })).toEqual({
    applied: count,
    problems: ['line 1303: nothing in this batch is "A-9999"'],
  })
  expect(decisions()).toEqual({ approved: 999, rejected: 301, undecided: 0 })
  expect(review.history({ batchId, limit: 10 })).toHaveLength(1)
  await review.undo({ batchId })
  expect(decisions()).toEqual({ approved: 0, rejected: 0, undecided: count })
})

test('a library of version 80 keeps its journal, and takes actions in steps from then on', async () => {
  const database = new Database(join(await temporaryFolder(), 'library.db'))
  database.pragma('foreign_keys = ON')
  migrate(database, 80)
  database.exec(`INSERT INTO sheet VALUES (1, 'a.csv', 'aa', 1, 1);
    INSERT INTO batch (id, name, sheet_id, identity, settings_json, rows, created_ms) VALUES (1, 'b', 1, 'i', '{}', 1, 1);
    INSERT INTO action (id, batch_id, summary, at_ms) VALUES (1, 1, 'approved 1 draft', 1)`)
  migrate(database, 110)
  expect(schemaVersion(database)).toBe(110)
  expect(database.prepare('SELECT id, state FROM action').all()).toEqual([{ id: 1, state: 'done' }])
  const step = (action: number) =>
    database.exec(`INSERT INTO action_step (action_id, step_json) VALUES (${action}, '{}')`)
  expect(() => step(9)).toThrow(/FOREIGN KEY/)
  step(1)
  database.close()
})
