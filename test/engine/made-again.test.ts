import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { cutout, cutoutMicros, lanczos, openChainLibrary } from './chain-library.ts'

/** Finals in two steps, delivered: a free enlargement, then a cutout that is paid for. */
async function delivered() {
  const library = await openChainLibrary()
  const { engine } = library.here.library
  await library.make({ ...lanczos, steps: [cutout] })
  const out = join(engine.library.info().folder, 'out')
  const { deliveryId } = await engine.delivery.start({
    batchId: library.batchId,
    destination: { kind: 'folder', folder: out },
    layout: 'approved',
    nameTemplate: '{row}',
    stage: 'final',
  })
  await engine.delivery.whenDone(deliveryId)
  const { manifest: path, error } = engine.delivery.get({ deliveryId })
  expect(error).toBeNull()
  const manifest = await readFile(path ?? '', 'utf8')
  return { ...library, engine, manifest, entries: () => library.here.fake.ledger().entries }
}

test('every step of a final stands in the manifest, and what each of them gave', async () => {
  const { manifest, tiles } = await delivered()
  const [picture] = JSON.parse(manifest).pictures
  const draft = tiles()[0]?.image?.sha256
  expect(picture.steps).toHaveLength(1)
  expect(picture.steps[0].request).toMatchObject({ model: 'lanczos', scale: 2, source: { sha256: draft } })
  expect(picture.request).toMatchObject({ model: 'removeBackground', source: { sha256: picture.steps[0].sha256 } })
})

test('making again asks again for every step, under a cap, and says which came out the same', async () => {
  const { engine, manifest, entries, plan: finals } = await delivered()
  const asked = entries().length
  const { plan, missing } = await engine.generation.planAgain({ manifest, only: [] })
  expect(plan).toMatchObject({ requests: 4, cached: 0, duplicates: 0, estimateMicros: 2 * cutoutMicros })
  expect(missing).toEqual([])
  expect(entries()).toHaveLength(asked)

  const wish = { planId: plan.planId, highestMicros: plan.highestMicros, name: null, first: null }
  const { batchId } = await engine.generation.run({ ...wish, capMicros: cutoutMicros })
  await engine.generation.whenIdle(batchId)
  expect(entries()).toHaveLength(asked + 1)
  const half = await engine.generation.madeAgain({ batchId })
  expect(half.counts).toMatchObject({ 'not-made': 1 })
  // The enlargement is ours, and always the same.
  expect(half.pictures.filter(({ step }) => step === 1).map(({ outcome }) => outcome)).toEqual(['same', 'same'])
  expect(engine.batches.get({ batchId })).toMatchObject({ settledMicros: cutoutMicros, drafts: { held: 1 } })

  // The batch of then is as it was: what it asks for is still answered by what it has.
  expect(await finals({ ...lanczos, steps: [cutout] })).toMatchObject({ tiles: 0 })
  expect(await engine.library.verify()).toMatchObject({ ok: true })
})

test('one picture by its file; a name that is not there and what is no manifest are said', async () => {
  const { engine, manifest } = await delivered()
  const one = await engine.generation.planAgain({ manifest, only: ['approved/1.png'] })
  expect(one.plan).toMatchObject({ tiles: 2, requests: 2, estimateMicros: cutoutMicros })
  await expect(engine.generation.planAgain({ manifest, only: ['x.png'] })).rejects.toThrow(/has no picture "x.png"/)
  await expect(engine.generation.planAgain({ manifest: '{}', only: [] })).rejects.toThrow(/no manifest.json/)
  const first = JSON.parse(manifest)
  const older = { ...first, manifestVersion: 1, pictures: first.pictures.map(withoutFiles) }
  expect((await engine.generation.planAgain({ manifest: JSON.stringify(older), only: [] })).plan.tiles).toBe(2)
  // A picture that goes in and is nowhere is said before anything is asked.
  first.pictures[0].request.source.sha256 = 'f'.repeat(64)
  const blocked = await engine.generation.planAgain({ manifest: JSON.stringify(first), only: [] })
  expect(blocked.plan).toMatchObject({ tiles: 4, blocked: 1 })
  expect(blocked.missing).toEqual([{ sha256: 'f'.repeat(64), file: null }])
  expect(blocked.plan.problems[0]?.message).toContain('is not in this library')
})

const withoutFiles = ({ files: _files, steps: _steps, ...picture }: Record<string, unknown>) => picture
