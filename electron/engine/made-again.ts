import { randomUUID } from 'node:crypto'
import { z } from 'zod'
import type { Batches } from '#engine/batches/batches.ts'
import { type RecordedManifest, readManifest } from '#engine/delivery/delivery.ts'
import type { Images } from '#engine/images/images.ts'
import type { Tiles } from '#engine/tiles/tiles.ts'
import type { againOutcomes, MadeAgain, Plan, PlanAgain, PlanAgainInput } from '#shared/contract/plans.ts'
import type { Tile } from '#shared/contract/tiles.ts'
import type { DraftPlanInput, DraftSettings } from '#shared/contract/wishes.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import type { openStoredSheets } from './stored-sheets.ts'

interface Needs {
  readonly batches: Pick<Batches, 'get'>
  readonly images: Pick<Images, 'blob' | 'isSameLook'>
  readonly tiles: Pick<Tiles, 'ids' | 'many'>
  readonly sheets: Pick<ReturnType<typeof openStoredSheets>, 'add'>
  readonly planDrafts: (input: DraftPlanInput) => Promise<Plan>
}

/** A sheet of recorded requests names this many providers at most. */
const mostProfiles = 8
const tilesAtOnce = 500

/** What stands in the columns of a sheet of recorded requests. */
const recorded = z.object({
  id: z.string(),
  file: z.string(),
  sha256: z.string(),
  step: z.coerce.number().int(),
  steps: z.coerce.number().int(),
})

/** Pictures of a manifest made again: read by `delivery`, asked for by `generation`, compared here. */
export function openMadeAgain({ batches, images, tiles, sheets, planDrafts }: Needs) {
  return {
    /**
     * Plans a batch of the requests that a manifest recorded, each asked once more, whatever the cache has; run as any plan
     * is, under the same caps. Throws AppError `invalid-input` for what is no manifest or has nothing to make.
     */
    async planAgain({ manifest, only }: PlanAgainInput): Promise<PlanAgain> {
      const read = readManifest(manifest, only)
      const [first] = read.requests
      if (!first) throw new AppError('invalid-input', 'The manifest has no picture that could be made again.')
      const { id: sheetId } = await sheets.add({
        name: `${read.batch}, again.jsonl`,
        bytesBase64: Buffer.from(linesOf(read)).toString('base64'),
      })
      const settings: DraftSettings = {
        mapping: { prompt: 'prompt', id: 'id' },
        template: null,
        profiles: profilesOf(read),
        variants: 1,
        baseSeed: 0,
        again: randomUUID(),
      }
      const plan = await planDrafts({ sheetId, settings, alwaysNew: true, pricePerImageMicros: null })
      return { plan, sheetId, missing: missingIn(read) }
    },

    /** Throws AppError `invalid-input` for a batch that made nothing again. */
    async madeAgain({ batchId }: { batchId: number }): Promise<MadeAgain> {
      if (batches.get(batchId).settings.again === undefined)
        throw new AppError('invalid-input', `"${batches.get(batchId).name}" did not make pictures of a manifest again.`)
      const counts = { same: 0, 'same-look': 0, different: 0, 'not-made': 0 }
      const pictures: MadeAgain['pictures'] = []
      const { ids } = tiles.ids(batchId, {}, 'sheet')
      for (let at = 0; at < ids.length; at += tilesAtOnce)
        for (const tile of tiles.many(ids.slice(at, at + tilesAtOnce))) {
          const { id, file, sha256: before, step, steps } = recorded.parse(tile.columns)
          const end = await outcomeOf(tile, before)
          counts[end.outcome]++
          const now = tile.image?.sha256 ?? null
          pictures.push({ tileId: tile.id, id, file: file || null, step, steps, before, now, ...end })
        }
      return { counts, pictures }
    },
  }

  async function outcomeOf(
    tile: Tile,
    before: string,
  ): Promise<{ outcome: (typeof againOutcomes)[number]; note: string | null }> {
    if (!tile.image) return { outcome: 'not-made', note: tile.failure?.message ?? null }
    if (tile.image.sha256 === before) return { outcome: 'same', note: null }
    try {
      const isSame = await images.isSameLook(before, tile.image.sha256)
      if (isSame === null)
        return {
          outcome: 'different',
          note: 'The picture of then is not in this library: only its bytes were compared.',
        }
      return { outcome: isSame ? 'same-look' : 'different', note: null }
    } catch (error) {
      return { outcome: 'different', note: messageOf(error) }
    }
  }

  function missingIn({ requests, fileBySha256 }: RecordedManifest): PlanAgain['missing'] {
    const going = requests.flatMap(({ request }) => [
      ...(request.source ? [request.source] : []),
      ...request.references,
    ])
    const missing = new Set(going.map(({ sha256 }) => sha256).filter((sha256) => images.blob(sha256) === null))
    return [...missing].map((sha256) => ({ sha256, file: fileBySha256.get(sha256) ?? null }))
  }
}

/** The sheet: a request a line, as JSON. Every cell is text, so that a request comes back as it was written. */
const linesOf = ({ requests }: RecordedManifest): string =>
  requests
    .map(({ request, id, file, prompt, sha256, step, steps }) =>
      JSON.stringify({
        id,
        prompt: prompt.trim() || file || id,
        file: file ?? '',
        step: String(step),
        steps: String(steps),
        sha256,
        request: JSON.stringify(request),
      }),
    )
    .join('\n')

function profilesOf({ requests }: RecordedManifest): DraftSettings['profiles'] {
  const names = new Map(requests.map(({ request }) => [request.provider, request.model]))
  if (names.size > mostProfiles)
    throw new AppError(
      'invalid-input',
      `These pictures come from ${names.size} providers; ${mostProfiles} at most are made again at once. Name some with --only.`,
    )
  return [...names].map(([provider, model]) => ({
    provider,
    model,
    width: null,
    height: null,
    quality: null,
    options: {},
  }))
}
