import type { Engine } from '#engine/engine.ts'
import type { Plan } from '#shared/contract/plans.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { type Call, type CommandLine, usd, wholeNumber } from './call.ts'
import { addDraftOptions, type DraftOptions, draftWish, readingOf } from './draft-options.ts'
import { problemLines, refuseEmptyPlan } from './plan-text.ts'
import { addRouteOptions, type RouteOptions, routeWish } from './route-options.ts'
import { type AgainOptions, addAgainOptions, runAgain } from './run-again.ts'
import { followRun, nothingSpent, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { writing } from './session.ts'
import { readSheetFile, type SheetFile } from './sheet-file.ts'
import type { Stop } from './stop.ts'
import { capForWatching, refuseUnwatchable, watchSheet } from './watch.ts'
import { addWildcards } from './wildcard-files.ts'

interface RunOptions extends DraftOptions, AgainOptions, RouteOptions {
  readonly first?: number
  readonly cap?: number
  readonly name?: string
  readonly watch?: boolean
}

export function addRun(line: CommandLine): void {
  addAgainOptions(
    addRouteOptions(addDraftOptions(line.add('run [sheet]', 'Make the drafts of a sheet, or go on with them'))),
  )
    .option('--first <n>', 'only a sample of this many drafts, spread over the sheet', wholeNumber(1, 1_000_000))
    .option('--cap <usd>', 'the most that this run may spend, with --watch in all', usd)
    .option('--watch', 'then bring the batch to each version of the sheet that is saved, until Ctrl+C')
    .option('--name <name>', 'the batch’s name (default: batch- and the day)')
    .action(line.withName(run))
}

async function run(call: Call, path: string | undefined, options: RunOptions): Promise<number> {
  if (options.fromManifest !== undefined) {
    if (path !== undefined)
      throw new AppError('invalid-input', 'A run makes a sheet or, with --from-manifest, a manifest. Take one of them.')
    return runAgain(call, options.fromManifest, options)
  }
  if (path === undefined)
    throw new AppError('invalid-input', 'Name the sheet to run, or a manifest with --from-manifest.')
  if (options.watch) refuseUnwatchable(path)
  const file = await readSheetFile(path)
  return writing(call, { host: 'the command line (proofsheet run)', goesOn: false }, async (engine, stop) => {
    const sheet = await engine.sheets.add({ ...file, ...readingOf(options) })
    await addWildcards(call, engine, options.wildcards)
    const wish = await draftWish(call, engine, { sheet, path }, options)
    if (options.map) await engine.sheets.map({ sheetId: sheet.id, mapping: wish.settings.mapping })
    const plan = await engine.generation.planDrafts(wish)
    refuseEmptyPlan(plan)
    for (const problem of problemLines(plan)) call.out.note(problem)
    showDailyCap(call, engine, plan)
    return stop.isAsked() ? exitStatus.stopped : runPlan(call, { engine, stop }, plan, { ...options, path, file })
  })
}

async function runPlan(
  call: Call,
  host: { readonly engine: Engine; readonly stop: Stop },
  plan: Plan,
  options: RunOptions & { readonly path: string; readonly file: SheetFile },
): Promise<number> {
  const { engine } = host
  const goesOnWith = plan.batchId === null ? null : engine.batches.get({ batchId: plan.batchId })
  const before = goesOnWith ?? nothingSpent
  // A run that goes on has a new cap, or none: what the batch had does not count.
  const costs = { capMicros: null, estimateMicros: goesOnWith?.estimateMicros ?? 0 }
  const capMicros = options.watch ? capForWatching(plan, options.cap, costs) : options.cap
  const { batchId } = await engine.generation.run({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    name: options.name ?? null,
    first: options.first ?? null,
    capMicros: capMicros ?? null,
    ...routeWish(options),
  })
  if (options.watch)
    return watchSheet(call, host, {
      batchId,
      path: options.path,
      file: options.file,
      references: options.references,
      pricePerImageMicros: options.price ?? null,
      first: { before, changes: null, estimateMicros: plan.estimateMicros },
    })
  const done = await followRun(call, host, batchId, 'drafts', before, { waitsForProviders: options.wait })
  const { batch, prompts, tiles, drafts } = done.status
  call.out.answer(
    {
      batch,
      batchId,
      prompts,
      tiles,
      drafts,
      estimateMicros: plan.estimateMicros,
      ...runObject(done, call.elapsedMs()),
    },
    runText(call, done, 'drafts', plan.estimateMicros),
  )
  return statusOfRun(done, ['drafts'])
}

/** Said once in a library, before anything in it is paid for. */
function showDailyCap(call: Call, engine: Engine, plan: Plan): void {
  const { dailyCapSeen, dailyCapMicros } = engine.settings.get()
  if (dailyCapSeen || plan.requests === 0 || plan.estimateMicros === 0) return
  call.out.note(
    dailyCapMicros === null
      ? 'Paid requests have no daily cap in this library. --cap USD limits this run; Settings in the window set one.'
      : `Paid requests stop at ${moneyText(dailyCapMicros)} a day (UTC) in this library; Settings in the window change that. ` +
          '--cap USD limits this run.',
  )
  engine.settings.set({ dailyCapSeen: true })
}
