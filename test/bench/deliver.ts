import { execFile } from 'node:child_process'
import { constants } from 'node:fs'
import { copyFile, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import sharp from 'sharp'
import type { DeliveryWish } from '#shared/contract/delivery.ts'
import { openLibrary } from '#test/engine/delivery-library.ts'
import { atMost, type Bench, type BenchOptions, type Row } from './rows.ts'

const run = promisify(execFile)
const parts = ['folder', 'webp'] as const

/** As many files at once as a delivery to a folder writes. */
const filesAtOnce = 6

/** Side of a noise picture of 1.4 MB, stored without compression (3 bytes a pixel). */
const side = 683

const webpQuality = 82

/** So many pairs, one right after the other; the middle one of their ratios counts, as what else the machine does meets both. */
const pairs = 7

export const deliverBench: Bench = {
  name: 'deliver',
  about: `500 pictures of 1.4 MB delivered, against plain loops that know nothing of what they did (parts: ${parts.join(', ')})`,
  async run(options) {
    const count = options.jobs ?? (options.quick ? 50 : 500)
    const library = await openLibrary(join(options.folder, 'library'))
    try {
      options.say(`  making ${count} pictures of 1.4 MB`)
      const batchId = await library.beginBatch('Bench')
      const making = pLimit(4)
      await Promise.all(
        Array.from({ length: count }, (_, at) =>
          making(() => library.addTile(batchId, at + 1, { clientId: `P${at}`, noise: side })),
        ),
      )
      const files = await picturesBelow(join(library.storage.folder, 'pictures'))
      const compared: Record<(typeof parts)[number], () => Promise<Row>> = {
        folder: async () => {
          const ratio = await compare(options, {
            ours: (out) => deliver(library, batchId, count, { destination: { kind: 'folder', folder: out } }),
            plain: (out) => plainCopy(files, out),
          })
          const what = `${count} pictures of 1.4 MB to a folder: time over copyFile, fsync, rename`
          return atMost(what, ratio, 'x', 1.1)
        },
        webp: async () => {
          const outputs = [{ name: 'web', format: 'webp' as const, quality: webpQuality }]
          const ratio = await compare(options, {
            ours: async (out) => {
              // What it made in the turn before would not be made again.
              library.storage.prepare('DELETE FROM made_file').run()
              await deliver(library, batchId, count, { destination: { kind: 'folder', folder: out }, outputs })
            },
            plain: (out) => plainWebp(files, out),
          })
          return atMost(`${count} pictures of 1.4 MB to WebP in a folder: time over plain sharp`, ratio, 'x', 1.1)
        },
      }
      const rows: Row[] = []
      for (const part of parts)
        if (options.only.length === 0 || options.only.includes(part)) rows.push(await compared[part]())
      return rows
    } finally {
      library.storage.close()
    }
  },
}

type Library = Awaited<ReturnType<typeof openLibrary>>
type Contender = (folder: string) => Promise<void>

/** The median of our time over the plain loop's, pair by pair; they take turns at being first. */
async function compare(
  options: BenchOptions,
  { ours, plain }: { readonly ours: Contender; readonly plain: Contender },
): Promise<number> {
  const ratios: number[] = []
  for (let pair = 1; pair <= pairs * options.rounds; pair++) {
    const out = join(options.folder, `out-${pair}`)
    let [oursMs, plainMs] = [0, 0]
    const us = async () => {
      oursMs = await timed(() => ours(join(out, 'ours')))
    }
    const them = async () => {
      plainMs = await timed(() => plain(join(out, 'plain')))
    }
    for (const contender of pair % 2 === 1 ? [us, them] : [them, us]) {
      await contender()
      await rm(out, { recursive: true, force: true })
      // What the one wrote must not be on its way to the disk while the other is measured.
      await run('sync')
    }
    ratios.push(oursMs / plainMs)
    options.say(
      `  pair ${pair}: ours ${oursMs.toFixed(0)} ms, plain ${plainMs.toFixed(0)} ms, ${ratios.at(-1)?.toFixed(2)} x`,
    )
  }
  return ratios.toSorted((one, other) => one - other)[Math.floor(ratios.length / 2)] ?? Number.NaN
}

async function deliver(
  library: Library,
  batchId: number,
  count: number,
  wish: Pick<DeliveryWish, 'destination' | 'outputs'>,
): Promise<void> {
  const delivery = library.open()
  const { deliveryId } = await delivery.start({
    batchId,
    layout: 'approved',
    nameTemplate: '{id}',
    stage: 'best',
    ...wish,
  })
  await delivery.whenDone(deliveryId)
  const { state, written, error } = delivery.get({ deliveryId })
  if (state !== 'done' || written !== count) throw new Error(`It wrote ${written} of ${count} files: ${error}`)
}

/** What anyone would write: no hash, no manifest, nothing that knows what it did. */
async function plainCopy(files: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const limit = pLimit(filesAtOnce)
  const copy = async (source: string, at: number): Promise<void> => {
    const temporary = join(folder, `${at}.tmp`)
    await copyFile(source, temporary, constants.COPYFILE_EXCL)
    await settle(temporary, join(folder, `P${at}.png`))
  }
  await Promise.all(files.map((source, at) => limit(() => copy(source, at))))
}

/** The same with sharp: no metadata read or written, no source checked. */
async function plainWebp(files: readonly string[], folder: string): Promise<void> {
  await mkdir(folder, { recursive: true })
  const limit = pLimit(filesAtOnce)
  const convert = async (source: string, at: number): Promise<void> => {
    const temporary = join(folder, `${at}.tmp`)
    // From bytes: the engine lets sharp open no file by its path.
    await sharp(await readFile(source))
      .webp({ quality: webpQuality })
      .toFile(temporary)
    await settle(temporary, join(folder, `P${at}.webp`))
  }
  await Promise.all(files.map((source, at) => limit(() => convert(source, at))))
}

async function settle(temporary: string, path: string): Promise<void> {
  const file = await open(temporary, 'r+')
  try {
    await file.sync()
  } finally {
    await file.close()
  }
  await rename(temporary, path)
}

async function timed(work: () => Promise<void>): Promise<number> {
  const startedMs = performance.now()
  await work()
  return performance.now() - startedMs
}

const picturesBelow = async (folder: string): Promise<string[]> =>
  (await readdir(folder, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile() && entry.name.endsWith('.png'))
    .map((entry) => join(entry.parentPath, entry.name))
