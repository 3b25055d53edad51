import { open, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { describe, expect, test } from 'vitest'
import { openTestLibrary } from './open-library.ts'
import { openPaidLibrary, priceMicros } from './paid-library.ts'
import { noSmallDisk, remount, smallDisk } from './small-disk.ts'

const prompts = Array.from({ length: 40 }, (_, at) => `prompt ${at}`)

/** Writes until nothing fits any more, not even a byte. */
async function fill(file: string): Promise<void> {
  const filler = await open(file, 'w')
  for (const size of [65_536, 4096, 1]) {
    // The disk says when it is full.
    while (
      await filler.write(new Uint8Array(size)).then(
        () => true,
        () => false,
      )
    );
  }
  await filler.close()
}

async function fillFiles(folder: string): Promise<void> {
  for (let number = 0; ; number++) {
    const isMade = await writeFile(join(folder, `filler-${number}`), '').then(
      () => true,
      () => false,
    )
    if (!isMade) return
  }
}

async function until(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(10)
}

/** A run with some pictures made, whose next requests take so long that the disk is full before they are answered. */
async function paidOn(disk: string) {
  let asked = 0
  let slowMs = 1500
  const paid = await openPaidLibrary({
    engine: { library: join(disk, 'library') },
    fake: {
      fault: () => {
        asked++
        return asked > 8 ? { kind: 'delay', ms: slowMs } : null
      },
    },
    settings: { concurrency: 4 },
  })
  const { engine } = paid.library
  const batchId = await paid.start(prompts)
  await until(() => engine.batches.get({ batchId }).drafts.done >= 6)
  const hurry = () => {
    slowMs = 0
  }
  return { ...paid, engine, batchId, hurry }
}

type Paid = Awaited<ReturnType<typeof paidOn>>

/** It waits, says why, and sends nothing: not one request more than was out. */
async function expectPaused({ engine, fake, hurry }: Paid, sentence: RegExp): Promise<void> {
  hurry()
  await until(() => engine.generation.storageSentence() !== null)
  // What was out comes home.
  await until(() => fake.ledger().entries.every(({ endedMs }) => endedMs !== null))
  expect(engine.generation.storageSentence()).toMatch(sentence)
  const sent = fake.ledger().requests
  await delay(300)
  expect(fake.ledger().requests).toBe(sent)
  expect(sent).toBeLessThan(prompts.length)
}

/** All of it is made, each once, and what was in flight when the disk failed is kept: the ledger says so. */
async function expectAllMade({ engine, fake, batchId }: Paid): Promise<void> {
  await engine.generation.whenIdle(batchId)
  expect(engine.batches.get({ batchId })).toMatchObject({
    drafts: { done: prompts.length, failed: 0, unknown: 0, held: 0, left: 0 },
    settledMicros: prompts.length * priceMicros,
    reservedMicros: 0,
    unknownMicros: 0,
  })
  const ledger = fake.ledger()
  expect(ledger).toMatchObject({ requests: prompts.length, billedMicros: prompts.length * priceMicros })
  await expect(engine.library.verify()).resolves.toMatchObject({ ok: true, pictures: prompts.length })
}

describe.skipIf(noSmallDisk !== null)(`on a small disk${noSmallDisk ? ` (left out: ${noSmallDisk})` : ''}`, () => {
  test('a full disk pauses before the next paid request, keeps what is in flight, and goes on when there is room', async () => {
    const disk = await smallDisk('size=12m')
    const paid = await paidOn(disk)
    await fill(join(disk, 'filler'))
    await expectPaused(paid, /full\. Make room/)
    await rm(join(disk, 'filler'))
    await expectAllMade(paid)
  })

  test('a disk that cannot hold another file does the same', async () => {
    const disk = await smallDisk('size=60m,nr_inodes=600')
    const paid = await paidOn(disk)
    await fillFiles(disk)
    await expectPaused(paid, /full\. Make room/)
    for (let number = 0; number < 600; number++) await rm(join(disk, `filler-${number}`), { force: true })
    await expectAllMade(paid)
  })

  test('a full disk at closing: the library closes, and opens again with everything', async () => {
    const disk = await smallDisk('size=12m')
    const paid = await paidOn(disk)
    paid.hurry()
    await paid.engine.generation.whenIdle(paid.batchId)
    await fill(join(disk, 'filler'))
    await paid.engine.close()
    await rm(join(disk, 'filler'))
    const { engine } = await paid.library.reopen()
    expect(engine.library.info().madeAgain).toBeNull()
    expect(engine.batches.get({ batchId: paid.batchId }).drafts.done).toBe(prompts.length)
    await expect(engine.library.verify()).resolves.toMatchObject({ ok: true, pictures: prompts.length })
  })

  test('a folder that cannot be written is said to be so at the start', async () => {
    const disk = await smallDisk('size=4m')
    remount(disk, 'remount,ro')
    await expect(openTestLibrary({ library: join(disk, 'library') })).rejects.toMatchObject({ code: 'storage' })
  })
})
