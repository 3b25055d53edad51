import { createHash, randomBytes } from 'node:crypto'
import { mkdtempSync } from 'node:fs'
import { readdir, readFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import sharp from 'sharp'
import { openBatches } from '#engine/batches/batches.ts'
import { promptHash } from '#engine/cache/cache.ts'
import { openBuckets, openDelivery } from '#engine/delivery/delivery.ts'
import { inspectPicture, openImages } from '#engine/images/images.ts'
import { openJobs } from '#engine/jobs/jobs.ts'
import { openNetwork } from '#engine/network/network.ts'
import { openStorage, steadyClock, writeFilesDurably } from '#engine/storage/storage.ts'
import { openDeliverables } from '#engine/tiles/tiles.ts'
import type { LibraryEvent } from '#shared/contract/events.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { quickTiming } from './bucket-settings.ts'

export type Marked = 'undecided' | 'approved' | 'rejected'

export interface TileToAdd {
  readonly clientId?: string | null
  readonly columns?: Record<string, string>
  readonly prompt?: string
  readonly variant?: number
  readonly decision?: Marked
  /** A tile without a picture, with the reason. */
  readonly failure?: string
  /** A picture of noise with this side, in pixels, stored without compression: 3 bytes a pixel. */
  readonly noise?: number
  /** The picture itself. */
  readonly picture?: Buffer
}

export const newFolder = (): string => mkdtempSync(join(tmpdir(), 'proofsheet-delivery-'))

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

const baseRequest: GenerationRequest = {
  operation: 'generate',
  provider: 'sketch',
  model: 'sketch/one',
  prompt: '',
  negativePrompt: 'blur',
  width: 16,
  height: 16,
  quality: null,
  outputFormat: 'png',
  seed: null,
  variant: null,
  scale: null,
  source: null,
  references: [],
  options: { style: 'ink' },
  answeredBy: null,
}

const noisePicture = (side: number): Promise<Buffer> =>
  sharp(randomBytes(side * side * 3), { raw: { width: side, height: side, channels: 3 } })
    .png({ compressionLevel: 0 })
    .toBuffer()

/** For deliveries to folders: whatever is asked of a bucket fails. */
const noBuckets = (): ReturnType<typeof openBuckets> => {
  const nothing = () => Promise.reject(new Error('this test has no buckets'))
  const secrets = { find: () => null, set: nothing, forget: nothing, load: nothing }
  return openBuckets({ network: { forStore: () => nothing }, secrets, env: {}, now: Date.now })
}

/** A real library in a folder, with one batch or more that a test fills. */
export async function openLibrary(folder: string) {
  const storage = openStorage({ folder, readOnly: false, host: 'a test' })
  const clock = steadyClock(0)
  const batches = openBatches(storage, clock)
  const jobs = openJobs(storage, clock)
  const images = openImages(storage, clock)
  const network = openNetwork()
  const events: LibraryEvent[] = []
  const open = (pictureFile = images.pictureFile, buckets = noBuckets()) =>
    openDelivery({
      storage,
      clock,
      images: { pictureFile, learnCrc32: images.learnCrc32 },
      batches,
      buckets,
      network,
      timing: quickTiming,
      deliverables: openDeliverables(storage),
      emit: (event) => events.push(event),
    })
  let pictures = 0

  async function beginBatch(name: string): Promise<number> {
    const sheet = await batches.storeSheet('sneakers.csv', Buffer.from(`prompt\n${name}\n`))
    const settings = {
      mapping: {},
      template: null,
      profiles: [{ provider: 'sketch', model: 'sketch/one', width: 16, height: 16, quality: null, options: {} }],
      variants: 1,
      baseSeed: 1,
    }
    const batch = {
      name,
      sheetId: sheet.id,
      identity: 'the same sheet and settings',
      settings,
      rows: 120,
      allFinalMicros: null,
    }
    return storage.transaction(() => {
      const { id } = batches.begin(batch)
      batches.finishPlanning(id)
      return id
    })
  }

  const plainPicture = (side: number): Promise<Buffer> => {
    pictures++
    const background = { r: pictures % 256, g: (pictures >> 8) % 256, b: 90 }
    return sharp({ create: { width: side, height: side, channels: 3, background } })
      .png()
      .toBuffer()
  }

  async function storePicture(bytes: Buffer) {
    const sha256 = sha256Of(bytes)
    const seen = await inspectPicture(bytes)
    await writeFilesDurably(images.filesFor(sha256, bytes, seen, { promptHash: sha256, json: '{}' }))
    storage.transaction(() => images.addBlob(sha256, bytes.length, seen))
    return { sha256, bytes }
  }

  async function addTile(batchId: number, row: number, tile: TileToAdd = {}) {
    const {
      clientId = null,
      columns = {},
      prompt = `a shoe, number ${row}`,
      variant = 1,
      failure,
      noise,
      picture: own,
    } = tile
    const bytes = own ?? (await (noise ? noisePicture(noise) : plainPicture(16)))
    const picture = failure === undefined ? await storePicture(bytes) : null
    return storage.transaction(() => {
      const promptId = batches.addPrompt(batchId, {
        row,
        line: row + 1,
        clientId,
        text: prompt,
        negative: 'blur',
        wantedWidth: null,
        wantedHeight: null,
        columns,
      })
      const request = { ...baseRequest, prompt, seed: 1000 + row }
      const jobId = jobs.nextId()
      const own = { batchId, promptId, stage: 'draft' as const }
      addJob(jobId, { ...own, tileId: null, variant, request, failure: failure ?? null, source: null })
      if (!picture) return { jobId, imageId: 0, sha256: '', bytes: Buffer.alloc(0) }
      const place = { ...own, tileId: jobId, jobId, sourceImageId: null, redrawn: false }
      const imageId = addImage(place, picture.sha256, request.seed)
      mark(imageId, tile.decision ?? 'approved')
      return { jobId, imageId, ...picture }
    })
  }

  async function addFinal(draftImageId: number, decision: Marked, redrawn = false) {
    const { batchId, promptId, tileId } = images.stored(draftImageId)
    const picture = await storePicture(await plainPicture(32))
    const own = { batchId, promptId, tileId, stage: 'final' as const }
    const request: GenerationRequest = {
      ...baseRequest,
      operation: 'upscale',
      negativePrompt: null,
      scale: 2,
      model: 'sketch/up',
    }
    return storage.transaction(() => {
      const jobId = jobs.nextId()
      addJob(jobId, { ...own, variant: 1, request, failure: null, source: draftImageId })
      const imageId = addImage({ ...own, jobId, sourceImageId: draftImageId, redrawn }, picture.sha256, null)
      mark(imageId, decision)
      return { imageId, ...picture }
    })
  }

  interface JobPlace {
    readonly batchId: number
    readonly promptId: number
    readonly tileId: number | null
    readonly stage: 'draft' | 'final'
    readonly variant: number
    readonly request: GenerationRequest
    readonly failure: string | null
    readonly source: number | null
  }

  function addJob(jobId: number, { failure, source, ...place }: JobPlace): void {
    jobs.add(jobId, {
      ...place,
      position: jobs.nextPosition(place.batchId),
      promptHash: promptHash(place.request),
      state: failure === null ? 'done' : 'failed',
      holdReason: null,
      follows: false,
      sourceImageId: source,
      redrawn: false,
      estimateMicros: 1200,
      currency: 'USD',
      error: failure === null ? null : { code: 'content-policy', message: failure },
    })
  }

  type ImagePlace = Pick<
    Parameters<typeof images.add>[0],
    'batchId' | 'promptId' | 'tileId' | 'jobId' | 'stage' | 'sourceImageId' | 'redrawn'
  >

  const addImage = (place: ImagePlace, sha256: string, seed: number | null): number =>
    images.add({
      ...place,
      outputIndex: 0,
      sha256,
      origin: 'request',
      seed,
      provider: 'sketch',
      model: place.stage === 'final' ? 'sketch/up' : 'sketch/one',
      flags: [],
      settledMicros: 1200,
      currency: 'USD',
      decision: 'undecided',
    })

  const mark = (
    imageId: number,
    decision: Marked,
    more: Partial<Pick<ReturnType<typeof images.marks>, 'rating' | 'label'>> = {},
  ): void => images.setMarks({ ...images.marks(imageId), decision, ...more })

  return { storage, images, events, open, beginBatch, addTile, addFinal, mark }
}

/** Every file below a folder by its relative path with `/`, sorted, with its bytes. */
export async function filesIn(folder: string): Promise<Map<string, Buffer>> {
  const found = await readdir(folder, { recursive: true, withFileTypes: true })
  const paths = found.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const files = paths.map(async (path) => [relative(folder, path).replaceAll('\\', '/'), await readFile(path)] as const)
  return new Map((await Promise.all(files)).sort(([one], [other]) => (one < other ? -1 : 1)))
}
