import { join } from 'node:path'
import Database from 'better-sqlite3'
import { describe, expect, test } from 'vitest'
import { errorCodeOf } from '#shared/errors.ts'
import type { Profile } from '#shared/generation-request.ts'
import { makeOlder } from './older-library.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, type TestLibrary } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

const tilesOf = ({ engine }: Pick<TestLibrary, 'engine'>, batchId: number, search?: string) =>
  engine.tiles.many({ tileIds: engine.tiles.ids({ batchId, filter: search ? { search } : {}, order: 'sheet' }).ids })
const promptsOf = (library: Pick<TestLibrary, 'engine'>, batchId: number, search?: string) =>
  tilesOf(library, batchId, search).map((tile) => tile.prompt)

/** Two variants of one prompt: the second is refused once, and charged for it. */
async function withOneRefused() {
  const seen = { refused: 0 }
  const paid = await openPaidLibrary({
    fake: {
      fault: ({ prompt }) =>
        prompt === 'a red boot' && seen.refused++ === 1 ? { kind: 'refused', status: 400 } : null,
    },
    settings: { concurrency: 1 },
  })
  const status = await paid.run(['a red boot'], {}, { variants: 2 })
  expect(status.drafts).toMatchObject({ done: 1, failed: 1 })
  const refused = tilesOf(paid.library, status.batchId).find((tile) => tile.state === 'failed')
  return { ...paid, batchId: status.batchId, tileId: refused?.id ?? 0, settledMicros: status.settledMicros }
}

describe('a failed draft asked for in other words', () => {
  test('changes the words of its own tile alone, and search finds what each one shows', async () => {
    const { library, batchId, tileId } = await withOneRefused()
    await library.engine.generation.editPrompt({ tileId, prompt: 'a blue clog', profile: null })
    await library.engine.generation.whenIdle(batchId)
    expect(promptsOf(library, batchId).toSorted()).toEqual(['a blue clog', 'a red boot'])
    // Its sheet's cell is shown beside the new words, and found as well.
    expect(promptsOf(library, batchId, 'red boot').toSorted()).toEqual(['a blue clog', 'a red boot'])
    expect(promptsOf(library, batchId, 'clog')).toEqual(['a blue clog'])
    expect(promptsOf(library, batchId, 'a')).toHaveLength(2)
    expect(library.engine.batches.get({ batchId })).toMatchObject({ prompts: 1, drafts: { done: 2, failed: 0 } })
  })

  test('keeps what was asked before with its outcome and cost, and makes one request more', async () => {
    const { library, fake, batchId, tileId, settledMicros } = await withOneRefused()
    const requests = fake.ledger().requests
    await library.engine.generation.editPrompt({ tileId, prompt: 'a blue clog', profile: null })
    await library.engine.generation.whenIdle(batchId)
    const [earlier, ...others] = library.engine.tiles.earlier({ tileId })
    expect(others).toEqual([])
    expect(earlier).toMatchObject({
      prompt: 'a red boot',
      provider: 'openai-compatible',
      model: 'fake-image',
      because: 'edited',
      failure: { code: 'content-policy' },
      requests: 1,
      settledMicros: settledMicros - priceMicros,
    })
    expect(earlier?.endedMs).toBeGreaterThan(0)
    expect(fake.ledger().requests).toBe(requests + 1)
    const status = library.engine.batches.get({ batchId })
    expect(status.settledMicros).toBe(fake.ledger().billedMicros)
    expect(() => library.engine.generation.undoEdit({ tileId })).toThrow('its picture is there')
  })

  test('can be taken back before it is sent: the tile is as it was, and nothing was paid', async () => {
    const { library, fake, batchId, tileId } = await withOneRefused()
    const requests = fake.ledger().requests
    const before = tilesOf(library, batchId).find((tile) => tile.id === tileId)
    library.engine.generation.control({ action: 'pause', of: { kind: 'batch', batchId } })
    await library.engine.generation.editPrompt({ tileId, prompt: 'a blue clog', profile: null })
    expect(promptsOf(library, batchId, 'clog')).toEqual(['a blue clog'])
    library.engine.generation.undoEdit({ tileId })
    expect(tilesOf(library, batchId).find((tile) => tile.id === tileId)).toEqual(before)
    expect(library.engine.tiles.earlier({ tileId })).toEqual([])
    expect(promptsOf(library, batchId, 'clog')).toEqual([])
    library.engine.generation.control({ action: 'resume', of: { kind: 'batch', batchId } })
    await library.engine.generation.whenIdle(batchId)
    expect(fake.ledger().requests).toBe(requests)
    const again = await library.reopen()
    expect(promptsOf(again, batchId)).toEqual(['a red boot', 'a red boot'])
  })

  test('an edit that failed too can be taken back, and stays among the attempts', async () => {
    const { library, fake, batchId, tileId } = await withOneRefused()
    fake.script('a blue clog', { kind: 'refused', status: 400 })
    await library.engine.generation.editPrompt({ tileId, prompt: 'a blue clog', profile: null })
    await library.engine.generation.whenIdle(batchId)
    library.engine.generation.undoEdit({ tileId })
    expect(promptsOf(library, batchId)).toEqual(['a red boot', 'a red boot'])
    expect(library.engine.tiles.earlier({ tileId }).map(({ prompt, requests }) => [prompt, requests])).toEqual([
      ['a blue clog', 1],
      ['a red boot', 1],
    ])
  })

  test('asked of a model at a size of its own, the size that failed is not asked for again', async () => {
    const library = await openTestLibrary()
    const wide = sheetOf(['5000,512,a wide shoe'], 'width,height,prompt')
    const batchId = await runSheet(
      library,
      wide,
      settingsFor([draftProfile('sketch', 'sketch')], {
        mapping: { prompt: 'prompt', width: 'width', height: 'height' },
      }),
    )
    await library.engine.generation.whenIdle(batchId)
    const [tile] = tilesOf(library, batchId)
    expect(tile?.failure?.message).toContain('5000x512 is not offered')
    const again = (size: Partial<Profile>) =>
      library.engine.generation.editPrompt({
        tileId: tile?.id ?? 0,
        prompt: null,
        profile: draftProfile('sketch', 'sketch', size),
      })
    await expect(again({})).rejects.toThrow('5000x512 is not offered')
    await again({ width: 256, height: 128 })
    await library.engine.generation.whenIdle(batchId)
    expect(tilesOf(library, batchId)[0]?.image).toMatchObject({ width: 256, height: 128 })
  })

  test('without an edit there is nothing to take back', async () => {
    const { library, tileId } = await withOneRefused()
    let code: string | null = null
    try {
      library.engine.generation.undoEdit({ tileId })
    } catch (error) {
      code = errorCodeOf(error)
    }
    expect(code).toBe('conflict')
  })
})

test('a library of version 50, whose edit wrote over a shared prompt, shows and finds the words each tile was made from', async () => {
  const library = await openTestLibrary()
  const sheet = 'sku,prompt\nT-1,"a teapot"\nT-2,"a kettle"'
  const batchId = await runSheet(library, sheet, settingsFor([draftProfile('sketch', 'sketch')], { variants: 2 }))
  await library.engine.generation.whenIdle(batchId)
  await library.engine.close()
  const database = new Database(join(library.folder, 'library.db'))
  makeOlder(database, 50)
  database.exec(`
    UPDATE job SET request_json = json_set(request_json, '$.prompt', 'a samovar') WHERE prompt_id = 1 AND variant = 2;
    UPDATE prompt SET text = 'a samovar' WHERE id = 1;
    DELETE FROM prompt_search WHERE rowid = 1; INSERT INTO prompt_search (rowid, words) VALUES (1, 'a samovar' || char(10) || 'T-1' || char(10) || 'a teapot');`)
  database.close()
  const again = await library.reopen()
  expect(promptsOf(again, batchId)).toEqual(['a teapot', 'a samovar', 'a kettle', 'a kettle'])
  expect(promptsOf(again, batchId, 'samovar')).toEqual(['a samovar'])
  expect(promptsOf(again, batchId, 'teapot')).toEqual(['a teapot', 'a samovar'])
  expect(promptsOf(again, batchId, 't-1')).toHaveLength(2)
  expect(again.engine.batches.get({ batchId })).toMatchObject({ prompts: 2 })
  const [tile] = tilesOf(again, batchId)
  await again.engine.review.apply({
    targets: { kind: 'images', imageIds: [tile?.image?.id ?? 0] },
    verb: { kind: 'keep-only' },
  })
  expect(tilesOf(again, batchId).map((each) => each.image?.decision)).toEqual([
    'approved',
    'rejected',
    'undecided',
    'undecided',
  ])
})
