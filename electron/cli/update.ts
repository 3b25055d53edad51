import type { Engine } from '#engine/engine.ts'
import type { SheetComparison } from '#shared/contract/batches.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import { type Call, type CommandLine, usd } from './call.ts'
import { comparisonText } from './comparison-text.ts'
import { changesOf, compareNewer } from './newer-sheet.ts'
import { addRouteOptions, type RouteOptions, routeWish } from './route-options.ts'
import { followRun, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { reading, writing } from './session.ts'
import { readSheetFile, type SheetFile } from './sheet-file.ts'
import type { Stop } from './stop.ts'
import { capForWatching, refuseUnwatchable, watchSheet } from './watch.ts'

interface UpdateOptions extends RouteOptions {
  readonly yes?: boolean
  readonly watch?: boolean
  readonly cap?: number
  readonly price?: number
  readonly references?: string
}

export function addUpdate(line: CommandLine): void {
  const command = line
    .add(
      'update <batch> <sheet>',
      'Bring a batch to a newer version of its sheet; without --yes it only says what differs',
    )
    .option('--yes', 'do it, and make what is new or changed')
    .option('--watch', 'do it, and again whenever the sheet is saved, until Ctrl+C')
    .option('--cap <usd>', 'the most that this may spend, with --watch in all (default: the batch’s own cap)', usd)
    .option('--price <usd>', 'what a picture costs, for a model whose price nobody knows', usd)
    .option('--references <folder>', 'where the pictures lie that the sheet names (default: the sheet’s own folder)')
  addRouteOptions(command).action(line.withTwoNames(update))
}

async function update(call: Call, name: string, path: string, options: UpdateOptions): Promise<number> {
  if (options.watch) refuseUnwatchable(path)
  const file = await readSheetFile(path)
  const compare = (engine: Engine): Promise<SheetComparison> =>
    compareNewer(call, engine, {
      batchId: engine.batches.find({ batch: name }).batchId,
      path,
      file,
      references: options.references,
      pricePerImageMicros: options.price ?? null,
    })
  if (!options.yes && !options.watch)
    return reading(call, async (engine) => {
      const compared = await compare(engine)
      call.out.answer(compared, `${comparisonText(compared, path)}\nnothing was changed: --yes does it`)
      return exitStatus.allDone
    })
  return writing(call, { host: 'the command line (proofsheet update)', goesOn: false }, async (engine, stop) => {
    const compared = await compare(engine)
    call.out.note(comparisonText(compared, path))
    return stop.isAsked() ? exitStatus.stopped : runUpdate(call, { engine, stop }, compared, { ...options, path, file })
  })
}

/** Brings the batch there and waits until nothing of it can go on by itself; with `watch`, until Ctrl+C. */
async function runUpdate(
  call: Call,
  host: { readonly engine: Engine; readonly stop: Stop },
  compared: SheetComparison,
  options: UpdateOptions & { readonly path: string; readonly file: SheetFile },
): Promise<number> {
  const { plan } = compared
  const { engine } = host
  const before = batchOf(engine, compared)
  const capMicros = options.watch ? capForWatching(plan, options.cap, before) : options.cap
  const { batchId } = await engine.batches.update({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    ...(capMicros !== undefined && { capMicros }),
    ...routeWish(options),
  })
  const changes = changesOf(compared)
  if (options.watch)
    return watchSheet(call, host, {
      batchId,
      path: options.path,
      file: options.file,
      references: options.references,
      pricePerImageMicros: options.price ?? null,
      first: { before, changes, estimateMicros: plan.estimateMicros },
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
      changes,
      estimateMicros: plan.estimateMicros,
      ...runObject(done, call.elapsedMs()),
    },
    runText(call, done, 'drafts', plan.estimateMicros),
  )
  return statusOfRun(done, ['drafts'])
}

function batchOf(engine: Engine, { plan }: SheetComparison) {
  if (plan.batchId === null) throw new AppError('not-found', 'The batch of this comparison is gone. Compare again.')
  return engine.batches.get({ batchId: plan.batchId })
}
