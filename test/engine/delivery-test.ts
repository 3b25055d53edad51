import { readFileSync, rmSync } from 'node:fs'
import { join } from 'node:path'
import { Ajv2020 } from 'ajv/dist/2020.js'
import { afterEach, beforeEach, expect } from 'vitest'
import type { DeliveryWish } from '#shared/contract/delivery.ts'
import { filesIn, newFolder, openLibrary } from './delivery-library.ts'

const schema = JSON.parse(readFileSync(new URL('../../docs/manifest.schema.json', import.meta.url), 'utf8'))
const isSound = new Ajv2020({ strict: false, validateFormats: false }).compile(schema)

function expectSound(manifest: unknown): void {
  expect(isSound(manifest), JSON.stringify(isSound.errors)).toBe(true)
}

async function openTest() {
  const folder = newFolder()
  const library = await openLibrary(join(folder, 'library'))
  const batchId = await library.beginBatch('Spring: sneakers')
  return { folder, library, batchId, delivery: library.open(), out: join(folder, 'out') }
}

/** Gives each test of a file a library with one batch, closed and removed after it, and short ways to deliver it. */
export function deliveryTest() {
  let open: Awaited<ReturnType<typeof openTest>> | null = null
  const now = () => {
    if (!open) throw new Error('A delivery test uses its library inside of tests only.')
    return open
  }
  beforeEach(async () => {
    open = await openTest()
  })
  afterEach(() => {
    now().library.storage.close()
    rmSync(now().folder, { recursive: true, force: true })
    open = null
  })

  const settings = (changes: Partial<DeliveryWish> = {}): DeliveryWish => ({
    batchId: now().batchId,
    destination: { kind: 'folder', folder: now().out },
    layout: 'approved',
    nameTemplate: '{id}-{variant}',
    stage: 'best',
    ...changes,
  })
  const target = () => join(now().out, 'Spring- sneakers')
  const read = (path: string) => readFileSync(join(target(), path))
  const pathsIn = async (at = target()) => Array.from((await filesIn(at)).keys())

  return {
    get folder() {
      return now().folder
    },
    get library() {
      return now().library
    },
    get delivery() {
      return now().delivery
    },
    get batchId() {
      return now().batchId
    },
    get out() {
      return now().out
    },
    settings,
    /** Delivers, waits for the end and says what came of it. Every manifest is held against its published schema. */
    async deliver(changes: Partial<DeliveryWish> = {}, by = now().delivery) {
      const { deliveryId } = await by.start(settings(changes))
      await by.whenDone(deliveryId)
      const state = by.get({ deliveryId })
      if (state.manifest !== null) expectSound(JSON.parse(readFileSync(state.manifest, 'utf8')))
      return state
    },
    target,
    read,
    manifest: () => JSON.parse(read('manifest.json').toString('utf8')),
    pathsIn,
    pictures: async () => (await pathsIn()).filter((path) => path.includes('/')),
  }
}
