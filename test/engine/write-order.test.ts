import { dirname, join } from 'node:path'
import Database from 'better-sqlite3'
import { expect, test, vi } from 'vitest'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf } from './open-library.ts'

interface Step {
  readonly what: 'sync' | 'rename'
  readonly path: string
  readonly to: string
  readonly began: number
  readonly ended: number
}

const watch = vi.hoisted(() => ({ tick: 0, steps: [] as Step[], onStep: (_step: Step): void => undefined }))

// The real calls, written down: when each began and when it was over.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  async function noted<Result>(what: Step['what'], path: string, to: string, call: () => Promise<Result>) {
    watch.tick++
    const began = watch.tick
    const result = await call()
    watch.tick++
    const step = { what, path, to, began, ended: watch.tick }
    watch.steps.push(step)
    watch.onStep(step)
    return result
  }
  return {
    ...real,
    async open(path: string, ...more: [string?, number?]) {
      const handle = await real.open(path, ...more)
      const sync = handle.sync.bind(handle)
      handle.sync = () => noted('sync', path, path, sync)
      return handle
    },
    rename: (from: string, to: string) => noted('rename', from, to, () => real.rename(from, to)),
  }
})

test('file fsync < rename < folder fsync < commit < event, for every picture and its record', async () => {
  const committed = new Map<string, number>()
  const told = new Map<string, number>()
  const library = await openTestLibrary({
    emit(event) {
      if (event.kind !== 'tiles-changed') return
      watch.tick++
      for (const row of imagesNow()) if (event.tileIds.includes(row.tile)) told.set(row.sha256, watch.tick)
    },
  })
  // Another connection sees what is committed, and nothing else.
  const beside = new Database(join(library.folder, 'library.db'), { readonly: true })
  const images = beside.prepare<[], { tile: number; sha256: string }>(
    'SELECT tile_id AS tile, blob_sha256 AS sha256 FROM image',
  )
  const imagesNow = () => images.all()
  watch.onStep = () => {
    for (const { sha256 } of imagesNow()) if (!committed.has(sha256)) committed.set(sha256, watch.tick)
  }
  const texts = Array.from({ length: 60 }, (_, at) => `prompt ${at}`)
  const batchId = await runSheet(
    library,
    sheetOf(texts),
    settingsFor([draftProfile('sketch', 'sketch', { width: 64, height: 64 })]),
  )
  await library.engine.generation.whenIdle(batchId)
  watch.onStep({ what: 'sync', path: '', to: '', began: 0, ended: 0 })
  watch.onStep = () => undefined
  const sha256s = imagesNow().map((row) => row.sha256)
  beside.close()

  const renames = watch.steps.filter((step) => step.what === 'rename' && step.to.includes(join('library', 'pictures')))
  expect(renames).toHaveLength(120)
  expect(new Set(renames.map((step) => step.to.replace(/.*[\\/]([0-9a-f]{64}).*/, '$1')))).toEqual(new Set(sha256s))
  for (const rename of renames) {
    const sha256 = rename.to.replace(/.*[\\/]([0-9a-f]{64}).*/, '$1')
    const fileSync = watch.steps.find((step) => step.what === 'sync' && step.path === rename.path)
    const folderSync = watch.steps.find(
      (step) => step.what === 'sync' && step.path === dirname(rename.to) && step.began > rename.ended,
    )
    expect(fileSync?.ended).toBeLessThan(rename.began)
    expect(folderSync?.ended).toBeLessThan(committed.get(sha256) ?? 0)
    expect(folderSync?.ended).toBeLessThan(told.get(sha256) ?? 0)
  }
})
