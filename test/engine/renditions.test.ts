import { readFile } from 'node:fs/promises'
import sharp from 'sharp'
import { expect, test } from 'vitest'
import { makeInTurn } from '#engine/images/make-in-turn.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor } from './open-library.ts'

test('no more are made at once than told, the last one asked for first, and none twice', async () => {
  const inTurn = makeInTurn(2)
  const begun: string[] = []
  const ends = new Map<string, () => void>()
  const state = { running: 0, most: 0 }
  const make = (name: string) => () => {
    begun.push(name)
    state.running++
    state.most = Math.max(state.most, state.running)
    return new Promise<void>((resolve) =>
      ends.set(name, () => {
        state.running--
        resolve()
      }),
    )
  }
  const all = ['a', 'b', 'c', 'd', 'e'].map((name) => inTurn(name, make(name)))
  // Asked again while it waits: it is wanted now.
  all.push(inTurn('c', make('c')))
  while (begun.length < 5 || state.running > 0) {
    for (const [name, end] of ends) {
      ends.delete(name)
      end()
      await new Promise((resolve) => setImmediate(resolve))
      break
    }
    await new Promise((resolve) => setImmediate(resolve))
  }
  await Promise.all(all)
  expect(begun).toEqual(['a', 'b', 'c', 'e', 'd'])
  expect(state.most).toBe(2)
})

test('what could not be made is told to all who asked, and tried again when asked again', async () => {
  const inTurn = makeInTurn(1)
  const failing = () => Promise.reject(new Error('no room'))
  const results = await Promise.allSettled([inTurn('a', failing), inTurn('a', failing), inTurn('b', async () => {})])
  expect(results.map((result) => result.status)).toEqual(['rejected', 'rejected', 'fulfilled'])
  await expect(inTurn('a', async () => {})).resolves.toBeUndefined()
})

test('every rendition is WebP, no larger than its name says and never enlarged', async () => {
  const library = await openTestLibrary()
  const profile = draftProfile('sketch', 'sketch', { width: 1280, height: 640 })
  const batchId = await runSheet(library, 'prompt\n"A red cup"', settingsFor([profile]))
  await library.engine.generation.whenIdle(batchId)
  const { tiles, media } = library.engine
  const [tile] = tiles.many({ tileIds: tiles.ids({ batchId, filter: {}, order: 'sheet' }).ids })
  const imageId = tile?.image?.id ?? 0
  for (const [name, width] of [
    ['small', 256],
    ['thumb', 512],
    ['large', 1024],
    ['preview', 1280],
  ] as const) {
    const answers = await Promise.all([media(imageId, name), media(imageId, name), media(imageId, name)])
    expect(new Set(answers.map((answer) => answer.file)).size).toBe(1)
    const seen = await sharp(await readFile(answers[0]?.file ?? '')).metadata()
    expect([name, seen.format, seen.width, seen.height]).toEqual([name, 'webp', width, width / 2])
  }
})
