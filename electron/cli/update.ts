import type { Engine } from '#engine/engine.ts'
import type { SheetComparison } from '#shared/contract/batches.ts'
import { exitStatus } from '#shared/errors.ts'
import { type Call, type CommandLine, usd } from './call.ts'
import { comparisonText } from './comparison-text.ts'
import { followRun, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { reading, writing } from './session.ts'
import { readSheetFile } from './sheet-file.ts'
import type { Stop } from './stop.ts'

interface UpdateOptions {
  readonly yes?: boolean
  readonly cap?: number
  readonly price?: number
}

export function addUpdate(line: CommandLine): void {
  line
    .add(
      'update <batch> <sheet>',
      'Bring a batch to a newer version of its sheet; without --yes it only says what differs',
    )
    .option('--yes', 'do it, and make what is new or changed')
    .option('--cap <usd>', 'the most that this may spend', usd)
    .option('--price <usd>', 'what a picture costs, for a model whose price nobody knows', usd)
    .action(line.withTwoNames(update))
}

async function update(call: Call, name: string, path: string, options: UpdateOptions): Promise<number> {
  const file = await readSheetFile(path)
  const compare = async (engine: Engine): Promise<SheetComparison> => {
    const { batchId } = engine.batches.find({ batch: name })
    const sheet = await engine.sheets.add(file)
    return engine.batches.compareSheet({ batchId, sheetId: sheet.id, pricePerImageMicros: options.price ?? null })
  }
  if (!options.yes)
    return reading(call, async (engine) => {
      const compared = await compare(engine)
      call.out.answer(compared, `${comparisonText(compared, path)}\nnothing was changed: --yes does it`)
      return exitStatus.allDone
    })
  return writing(call, { host: 'the command line (proofsheet update)', goesOn: false }, async (engine, stop) => {
    const compared = await compare(engine)
    call.out.note(comparisonText(compared, path))
    return stop.isAsked() ? exitStatus.stopped : runUpdate(call, { engine, stop }, compared, options.cap ?? null)
  })
}

/** Brings the batch there and waits until nothing of it can go on by itself. */
async function runUpdate(
  call: Call,
  host: { readonly engine: Engine; readonly stop: Stop },
  compared: SheetComparison,
  capMicros: number | null,
): Promise<number> {
  const { plan } = compared
  const before = host.engine.batches.get({ batchId: plan.batchId ?? 0 })
  const { batchId } = await host.engine.batches.update({
    planId: plan.planId,
    highestMicros: plan.highestMicros,
    capMicros,
  })
  const done = await followRun(call, host, batchId, 'drafts', before)
  const { batch, prompts, tiles, drafts } = done.status
  const { same, added, changed, removed, returned } = compared
  call.out.answer(
    {
      batch,
      batchId,
      prompts,
      tiles,
      drafts,
      changes: { same, added, changed, removed, returned },
      estimateMicros: plan.estimateMicros,
      ...runObject(done, call.elapsedMs()),
    },
    runText(call, done, 'drafts', plan.estimateMicros),
  )
  return statusOfRun(done, ['drafts'])
}
