import type { SheetComparison, UpdatePlanInput } from '#shared/contract/batches.ts'
import type { DraftSettings } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { type BatchChange, spelledOut } from './batch-change.ts'
import { compareBatch } from './compare-batch.ts'
import { prepareDraftPictures } from './draft-pictures.ts'
import type { TileSource } from './draft-tiles.ts'
import { finalPrice } from './final-price.ts'
import { remembering } from './model-facts.ts'
import { draftPlanRows } from './plan-draft-rows.ts'
import { type DraftPlan, planDrafts } from './plan-drafts.ts'
import { type Compared, capRun, type PlannedWork, type PlanningNeeds } from './planned-work.ts'
import { storeUpdate } from './store-update.ts'
import { storedRows } from './stored-rows.ts'

const shownFirst = 100

export const comparedRows = (compared: Compared): SheetComparison['rows'] =>
  compared.page({ offset: 0, limit: shownFirst }).rows

/** A newer version of a batch's sheet: what it makes, and the way to bring the batch there. */
export async function planUpdateOf(needs: PlanningNeeds, input: UpdatePlanInput): Promise<PlannedWork> {
  const { batches } = needs
  const batch = batches.get(input.batchId)
  const older = await needs.readStoredSheet(batch.sheetId)
  const newer = await needs.readStoredSheet(input.sheetId)
  refuseMissingColumns(batch.settings, newer.sheet.columns)
  const shared = {
    settings: batch.settings,
    facts: needs.facts,
    wildcards: needs.wildcards.lookup(batch.settings.wildcards ?? null),
    pricePerImageMicros: input.pricePerImageMicros,
  }
  const sourceOf = async (sheetId: number, { sheet }: typeof older): Promise<TileSource> => ({
    ...shared,
    sheet,
    pictures: await prepareDraftPictures(needs, sheetId, sheet, batch.settings),
  })
  const sources = { older: await sourceOf(batch.sheetId, older), newer: await sourceOf(input.sheetId, newer) }
  const change = await compareBatch(sources, await storedRows(needs.sheetTiles, batch.id))
  const facts = remembering(needs.facts)
  const plan = await planDrafts({
    source: change.source,
    sheetSha256: newer.sha256,
    cachedAmong: needs.cache.among,
    finalMicros: (tile, wanted) => finalPrice(facts, tile, wanted)?.expectedMicros ?? input.pricePerImageMicros,
  })
  return {
    summary: { ...plan.summary, kind: 'update' },
    batchId: () => batch.id,
    rows: (page) => draftPlanRows(change.source, plan, page),
    compared: comparedOf(change, { older: older.sheet, newer: newer.sheet }, batch.settings),
    async run(wish, markRan, routes) {
      // Pictures came, rows were re-rolled, prices changed: it is worked out again from what the library holds now.
      const now = await planUpdateNow(needs, input, wish.highestMicros)
      await storeUpdate(
        needs,
        {
          batch,
          sheetId: input.sheetId,
          rows: newer.sheet.rows.length,
          routes,
          start: wish.start ?? { kind: 'now' },
          allFinalMicros: allFinalAfter(batch.allFinalMicros, now, tilesInSheet(now.change)),
          ...now,
        },
        () => {
          markRan(batch.id)
          capRun(needs, batch.id, wish.capMicros)
          if (wish.capMicros !== undefined) needs.jobs.release(batch.id, 'budget')
          if (input.pricePerImageMicros !== null) needs.jobs.setBatchPrice(batch.id, input.pricePerImageMicros)
        },
      )
      needs.onPlanned(batch.id, true)
      return batch.id
    },
  }

  async function planUpdateNow(of: PlanningNeeds, asked: UpdatePlanInput, shownMicros: number | null) {
    if (batches.get(asked.batchId).sheetId !== batch.sheetId)
      throw new AppError('conflict', 'The batch got another sheet meanwhile. Compare the sheets again.')
    const fresh = await compareBatch(sources, await storedRows(of.sheetTiles, batch.id))
    const freshPlan = await planDrafts({
      source: fresh.source,
      sheetSha256: newer.sha256,
      cachedAmong: of.cache.among,
      finalMicros: (tile, wanted) => finalPrice(facts, tile, wanted)?.expectedMicros ?? asked.pricePerImageMicros,
    })
    const { highestMicros } = freshPlan.summary
    if (highestMicros !== null && shownMicros !== null && highestMicros > shownMicros) {
      const [now, shown] = [moneyText(highestMicros), moneyText(shownMicros)]
      throw new AppError('conflict', `This now costs up to ${now}, more than the ${shown} that was shown. Look again.`)
    }
    return { change: fresh, plan: freshPlan }
  }
}

const tilesInSheet = (change: BatchChange): number => change.keptTiles + change.positions.length

/** What stays costs as much at final quality as it did; what is new is added. */
function allFinalAfter(
  before: number | null,
  { change, plan }: { change: BatchChange; plan: DraftPlan },
  tiles: number,
) {
  const added = plan.summary.allFinalMicros
  if (before === null || added === null) return null
  const wasThere = change.keptTiles - change.back.length + change.away.length
  const share = wasThere > 0 ? change.keptTiles / wasThere : 0
  return tiles === 0 ? 0 : Math.round(before * share) + added
}

function refuseMissingColumns({ mapping }: DraftSettings, columns: readonly string[]): void {
  const [role, name] = Object.entries(mapping).find(([, column]) => column && !columns.includes(column)) ?? []
  if (role === undefined) return
  throw new AppError(
    'invalid-input',
    `The newer sheet has no column "${name}", which this batch takes its ${role} from. Put it back, or load the sheet as a batch of its own.`,
  )
}

function comparedOf(
  change: BatchChange,
  sheets: Parameters<typeof spelledOut>[1],
  { mapping }: DraftSettings,
): Compared {
  const { differences } = change
  const count = (kind: string): number => differences.filter((difference) => difference.kind === kind).length
  return {
    same: change.same,
    added: count('added'),
    changed: count('changed'),
    removed: count('removed'),
    returned: count('returned'),
    columns: change.columns,
    keptTiles: change.keptTiles,
    asideTiles: change.away.length,
    canceled: change.canceled,
    page({ offset, limit, kind }) {
      const asked = kind === undefined ? differences : differences.filter((difference) => difference.kind === kind)
      const rows = asked.slice(offset, offset + limit).map((difference) => spelledOut(difference, sheets, mapping))
      return { rows, total: asked.length }
    },
  }
}
