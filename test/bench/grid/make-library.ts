/**
 * Makes a library to measure the grid on: `node test/bench/grid/make-library.ts FOLDER [DRAFTS] [PICTURES]`, 50,000 drafts
 * of 2,000 distinct pictures unless told otherwise. The sheet is read, planned and stored by the engine; what a provider
 * would have answered is stored by the engine's own writers, so that `proofsheet verify` finds the library sound.
 */
import { mkdir, mkdtemp, readFile, rename, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { z } from 'zod'
import { addSheet, openBenchEngine, runPlan } from '../engine/open-engine.ts'
import { type DrawnPicture, drawPictures } from './draw-pictures.ts'
import { fillLibrary } from './fill-library.ts'
import { gridSheet, models, settings, variants } from './grid-sheet.ts'

export const usualPictures = 2000

export interface MadeLibrary {
  /** What `--library` takes. */
  readonly library: string
  readonly batchId: number
  readonly drafts: number
  readonly tookMs: number
}

/** Says, beside a library, that it is whole; written last. */
const noteName = 'made.json'
const note = z.object({ batchId: z.int(), drafts: z.int(), pictures: z.int(), tookMs: z.number() })

/** The library in `folder` as it was made before; null where there is none, or not a whole one of these drafts and pictures. */
export async function madeBefore(folder: string, drafts: number, pictures: number): Promise<MadeLibrary | null> {
  const text = await readFile(join(folder, noteName), 'utf8').catch(() => null)
  if (text === null) return null
  const made = note.parse(JSON.parse(text))
  return made.drafts === drafts && made.pictures === pictures ? { ...made, library: join(folder, 'library') } : null
}

/** The pictures that libraries are filled from, and the folder that holds them. */
export interface PicturePool {
  readonly folder: string
  readonly drawn: readonly DrawnPicture[]
  readonly tookMs: number
}

export async function makePool(folder: string, count = usualPictures): Promise<PicturePool> {
  const startMs = performance.now()
  await mkdir(folder, { recursive: true })
  return { folder, drawn: await drawPictures(folder, count), tookMs: performance.now() - startMs }
}

/** A library in `folder` with one batch of `drafts` drafts. */
export async function makeLibrary(folder: string, drafts: number, pool: PicturePool): Promise<MadeLibrary> {
  const startMs = performance.now()
  await mkdir(folder, { recursive: true })
  const engine = await openBenchEngine(folder)
  engine.settings.set({ dailyCapMicros: null })
  engine.providers.configure({ provider: 'openai-compatible', settings: settings() })
  // Paused: what is planned stays queued, and nothing is sent anywhere.
  engine.generation.control({ action: 'pause', of: { kind: 'provider', provider: 'openai-compatible' } })
  const rows = Math.ceil(drafts / (models.length * variants))
  const plan = await engine.generation.planDrafts({
    sheetId: await addSheet(engine, gridSheet(rows)),
    settings: {
      mapping: { prompt: 'prompt', id: 'sku' },
      template: null,
      profiles: models.map(({ id }) => ({
        provider: 'openai-compatible',
        model: id,
        width: 512,
        height: 512,
        quality: null,
        options: {},
      })),
      variants,
      baseSeed: 0,
    },
    alwaysNew: false,
    pricePerImageMicros: null,
  })
  const batchId = await runPlan(engine, plan)
  await engine.close()
  const library = join(folder, 'library')
  await fillLibrary(library, batchId, pool.folder, pool.drawn)
  const made = { batchId, drafts: rows * models.length * variants, tookMs: performance.now() - startMs }
  const text = JSON.stringify({ ...made, pictures: pool.drawn.length })
  await writeFile(join(folder, `${noteName}.part`), text)
  await rename(join(folder, `${noteName}.part`), join(folder, noteName))
  return { library, ...made }
}

async function main([folder, drafts = '50000', pictures = String(usualPictures)]: readonly string[]): Promise<number> {
  if (!folder || !(Number(drafts) > 0) || !(Number(pictures) > 0)) {
    process.stderr.write('node test/bench/grid/make-library.ts FOLDER [DRAFTS] [PICTURES]\n')
    return 2
  }
  const poolFolder = await mkdtemp(join(tmpdir(), 'proofsheet-pictures-'))
  try {
    const pool = await makePool(poolFolder, Number(pictures))
    const made = await makeLibrary(resolve(folder), Number(drafts), pool)
    const seconds = (ms: number): string => `${(ms / 1000).toFixed(1)} s`
    process.stdout.write(
      `${made.library}: ${made.drafts} drafts of ${pool.drawn.length} pictures (drawn in ${seconds(pool.tookMs)}, stored in ${seconds(made.tookMs)})\n`,
    )
    return 0
  } finally {
    await rm(poolFolder, { recursive: true, force: true })
  }
}

if (import.meta.main) process.exitCode = await main(process.argv.slice(2))
