import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readSheet } from '#engine/sheets/sheets.ts'
import { unguardCell } from '#shared/csv.ts'
import { filesIn, sha256Of } from './delivery-library.ts'
import { deliveryTest } from './delivery-test.ts'

const here = deliveryTest()

describe('what is delivered', () => {
  test('the approved layout holds the approved pictures only, byte for byte', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A1' })
    await here.library.addTile(here.batchId, 2, { clientId: 'A2', decision: 'rejected' })
    await here.library.addTile(here.batchId, 3, { clientId: 'A3', decision: 'undecided' })
    const plan = await here.delivery.plan(here.settings())
    const state = await here.deliver()
    expect(state).toMatchObject({ state: 'done', files: 1, written: 1, skipped: 0, failed: 0, error: null })
    expect(state.manifest).toBe(join(here.target(), 'manifest.json'))
    expect(await here.pathsIn()).toEqual(['approved/A1-1.png', 'manifest.csv', 'manifest.json'])
    expect(here.read('approved/A1-1.png')).toEqual(one.bytes)
    expect(plan).toMatchObject({ target: here.target(), files: 1, bytes: one.bytes.length, present: 0, problems: [] })
    expect(plan.samples).toEqual([{ path: 'approved/A1-1.png', tileId: one.jobId, address: null }])
  })

  test('by decision, rejected and undecided drafts have folders of their own', async () => {
    await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.library.addTile(here.batchId, 2, { clientId: 'A', decision: 'rejected' })
    await here.library.addTile(here.batchId, 3, { clientId: 'A', decision: 'undecided' })
    await here.deliver({ layout: 'by-decision' })
    expect(await here.pictures()).toEqual(['approved/A-1.png', 'pending-review/A-1.png', 'rejected/A-1.png'])
  })

  test('best is the newest approved final, else the approved draft; final and draft are those alone', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A' })
    await here.library.addFinal(one.imageId, 'approved')
    const newest = await here.library.addFinal(one.imageId, 'approved')
    await here.library.addFinal(one.imageId, 'undecided', true)
    const two = await here.library.addTile(here.batchId, 2, { clientId: 'B' })
    await here.library.addFinal(two.imageId, 'rejected')
    await here.deliver({ nameTemplate: '{id}-{stage}' })
    expect(await here.pictures()).toEqual(['approved/A-final.png', 'approved/B-draft.png'])
    expect(here.read('approved/A-final.png')).toEqual(newest.bytes)
    await here.deliver({ nameTemplate: '{id}-{stage}', stage: 'final' })
    expect(await here.pictures()).toEqual(['approved/A-final.png'])
    await here.deliver({ nameTemplate: '{id}-{stage}', stage: 'draft' })
    expect(await here.pictures()).toEqual(['approved/A-draft.png', 'approved/B-draft.png'])
  })

  test('the manifest lists every tile in the order of the sheet, with all it takes to make a picture again', async () => {
    const one = await here.library.addTile(here.batchId, 1, { clientId: 'A', columns: { sku: 'A', Seed: 'low' } })
    const final = await here.library.addFinal(one.imageId, 'approved', true)
    await here.library.addTile(here.batchId, 2, { decision: 'rejected' })
    await here.library.addTile(here.batchId, 3, { failure: 'The provider refused the prompt.' })
    await here.library.addTile(here.batchId, 4, { clientId: 'D' })
    await here.deliver()
    const { pictures: listed, ...head } = here.manifest()
    expect(head).toMatchObject({
      manifestVersion: 2,
      app: { name: 'Proofsheet' },
      batch: { name: 'Spring: sneakers', rows: 120 },
      sheet: { name: 'sneakers.csv', sha256: sha256Of(Buffer.from('prompt\nSpring: sneakers\n')) },
      settings: { layout: 'approved', nameTemplate: '{id}-{variant}', stage: 'best' },
      counts: { tiles: 4, files: 2, approved: 2, rejected: 0, pendingReview: 0, failed: 0, removed: 0 },
      columns: ['sku', 'Seed'],
    })
    expect(JSON.stringify(head)).not.toContain(here.folder)
    expect(listed.map((picture: { id: string; file: string | null }) => [picture.id, picture.file])).toEqual([
      ['A', 'approved/A-1.png'],
      ['row-2', null],
      ['row-3', null],
      ['D', 'approved/D-1.png'],
    ])
    expect(listed[0]).toMatchObject({
      sha256: final.sha256,
      bytes: final.bytes.length,
      width: 32,
      height: 32,
      format: 'png',
      row: 1,
      line: 2,
      variant: 1,
      stage: 'final',
      decision: 'approved',
      prompt: 'a shoe, number 1',
      provider: 'sketch',
      model: 'sketch/up',
      options: { style: 'ink' },
      request: { operation: 'upscale', scale: 2 },
      source: { stage: 'draft', sha256: one.sha256, file: null, request: { operation: 'generate', seed: 1001 } },
      redrawn: true,
      costMicros: 1200,
      currency: 'USD',
      columns: { sku: 'A', Seed: 'low' },
    })
    expect(listed[1]).toMatchObject({
      decision: 'rejected',
      reason: 'It is rejected.',
      negativePrompt: 'blur',
      seed: 1002,
    })
    expect(listed[2]).toMatchObject({ state: 'failed', sha256: null, reason: 'The provider refused the prompt.' })
  })

  test('cells that a spreadsheet would run are guarded in the CSV and come back; JSON keeps them as they are', async () => {
    const evil = ['=HYPERLINK("http://x")', '+1+1', '-2-2', '@SUM(A1)', '\t=1', "'=1", 'plain, "quoted"\nline']
    for (const [at, cell] of evil.entries())
      await here.library.addTile(here.batchId, at + 1, {
        clientId: cell,
        prompt: cell,
        columns: { note: cell, prompt: cell },
      })
    await here.deliver({ nameTemplate: '{row}' })
    const { columns, rows } = readSheet({ name: 'manifest.csv', bytes: here.read('manifest.csv') })
    const column = (name: string) => rows.map((row) => row.cells[columns.indexOf(name)] ?? '')
    const formula = /^\s*[=+\-@]/
    for (const name of ['id', 'prompt', 'note', 'sheet prompt']) {
      expect(columns).toContain(name)
      expect(column(name).filter((cell) => formula.test(cell))).toEqual([])
      expect(column(name).map(unguardCell)).toEqual(evil)
    }
    expect(column('file')[0]).toBe('approved/001.png')
    expect(here.manifest().pictures.map((picture: { columns: { note: string } }) => picture.columns.note)).toEqual(evil)
  })
})

describe('names', () => {
  test('come from placeholders and the columns of the sheet, a column of our name as {sheet NAME}', async () => {
    await here.library.addTile(here.batchId, 7, {
      variant: 2,
      prompt: 'p'.repeat(99),
      columns: { Colour: 'red/blue', stage: 'hall' },
    })
    const plan = await here.delivery.plan(
      here.settings({ nameTemplate: '{row}_{id}_{variant}_{model}_{seed}_{colour}_{stage}_{sheet stage}' }),
    )
    expect(plan.problems).toEqual([])
    expect(plan.samples.map((sample) => sample.path)).toEqual([
      'approved/007_row-7_2_sketch-one_1007_red-blue_draft_hall.png',
    ])
    const prompts = await here.delivery.plan(here.settings({ nameTemplate: '{prompt}' }))
    expect(prompts.samples[0]?.path).toBe(`approved/${'p'.repeat(60)}.png`)
  })

  test('shared by two pictures get numbers, counted, and the same ones when run again', async () => {
    for (const [at, clientId] of ['shoe', 'SHOE', 'shoe'].entries())
      await here.library.addTile(here.batchId, at + 1, { clientId })
    const shared = { nameTemplate: '{id}' }
    expect(await here.delivery.plan(here.settings(shared))).toMatchObject({ collisions: 2 })
    await here.deliver(shared)
    const before = await filesIn(join(here.target(), 'approved'))
    expect(Array.from(before.keys()).sort()).toEqual(['SHOE-2.png', 'shoe-3.png', 'shoe.png'])
    expect(await here.deliver(shared)).toMatchObject({ written: 0, skipped: 3, failed: 0 })
    expect(await filesIn(join(here.target(), 'approved'))).toEqual(before)
    expect(await here.delivery.plan(here.settings(shared))).toMatchObject({ files: 3, present: 3 })
  })

  test('a placeholder that does not exist is a problem of the plan and refused at the start', async () => {
    await here.library.addTile(here.batchId, 1, { columns: { sku: 'A' } })
    const { problems, samples } = await here.delivery.plan(here.settings({ nameTemplate: '{skew}' }))
    expect(problems.map((problem) => problem.message).join()).toMatch(/"skew".*id.*sku/)
    expect(samples).toEqual([])
    await expect(here.delivery.start(here.settings({ nameTemplate: '{skew}' }))).rejects.toMatchObject({
      code: 'invalid-input',
    })
    expect(here.delivery.list({ batchId: here.batchId })).toEqual([])
  })

  test('never leave the target, whatever the sheet says', async () => {
    for (const [at, clientId] of ['../../up', 'con', '..', '\u202egnp'].entries())
      await here.library.addTile(here.batchId, at + 1, { clientId })
    await here.deliver({ nameTemplate: '{id}' })
    expect(await here.pathsIn(here.out)).toHaveLength(6)
    expect((await here.pathsIn()).every((path) => path.startsWith('approved/') || path.startsWith('manifest.'))).toBe(
      true,
    )
  })
})
