import type { Engine } from '#engine/engine.ts'
import type { Plan } from '#shared/contract/generation.ts'
import { exitStatus } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { type Call, type CommandLine, usd, wholeNumber } from './call.ts'
import { addDraftOptions, type DraftOptions, draftWish, readingOf } from './draft-options.ts'
import { problemLines, refuseEmptyPlan } from './plan-text.ts'
import { addRouteOptions, type RouteOptions, routeWish } from './route-options.ts'
import { followRun, nothingSpent, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { writing } from './session.ts'
import { readSheetFile } from './sheet-file.ts'
import type { Stop } from './stop.ts'
import { addWildcards } from './wildcard-files.ts'

interface RunOptions extends DraftOptions, RouteOptions {
  readonly first?: number
  readonly cap?: number
  readonly name?: string
}

export function addRun(line: CommandLine): void {
  addRouteOptions(addDraftOptions(line.add('run <sheet>', 'Make the drafts of a sheet, or go on with them')))
    .option('--first <n>', 'only a sample of this many drafts, spread over the sheet', wholeNumber(1, 1_000_000))
    .option('--cap <usd>', 'the most that this run may spend', usd)
    .option('--name <name>', 'the batch’s name (default: batch- and the day)')
    .action(line.withName(run))
}

async function run(call: Call, path: string, options: RunOptions): Promise<number> {
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
    return stop.isAsked() ? exitStatus.stopped : runPlan(call, { engine, stop }, plan, options)
  })
}

async function runPlan(
  call: Call,
  host: { readonly engine: Engine; readonly stop: Stop },
  plan: Plan,
  options: RunOptions,
): Promise<number> {
  const { engine } = host
  const before = plan.batchId === null ? nothingSpent : engine.batches.get({ batchId: plan.batchId })
  const { batchId } = await engine.generation.run({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    name: options.name ?? null,
    first: options.first ?? null,
    capMicros: options.cap ?? null,
    ...routeWish(options),
  })
  const done = await followRun(call, host, batchId, 'drafts', before, options.wait)
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
