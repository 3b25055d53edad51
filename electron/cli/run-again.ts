import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { basename, dirname, join, resolve } from 'node:path'
import type { Command } from 'commander'
import type { Engine } from '#engine/engine.ts'
import type { MadeAgain, PlanAgain } from '#shared/contract/plans.ts'
import { exitStatus } from '#shared/errors.ts'
import type { Call } from './call.ts'
import { tableText } from './output.ts'
import { planText, refuseEmptyPlan } from './plan-text.ts'
import { followRun, nothingSpent, statusOfRun } from './run-batch.ts'
import { runObject, runText } from './run-text.ts'
import { writing } from './session.ts'
import { readNamedFile } from './sheet-file.ts'

export interface AgainOptions {
  readonly fromManifest?: string
  readonly only?: readonly string[]
  readonly yes?: true
  readonly cap?: number
  readonly name?: string
}

export const addAgainOptions = (command: Command): Command =>
  command
    .option(
      '--from-manifest <file>',
      'make pictures of a delivery’s manifest.json again, and say which came out the same',
    )
    .option(
      '--only <picture>',
      'with --from-manifest: this picture, by its id or file there; may be given again',
      (name, all: readonly string[] = []) => [...all, name],
    )
    .option('--yes', 'with --from-manifest: do it; without this or --cap it only says what it would cost')

/** Asks once more for what a manifest recorded. Without --yes or --cap, what it would cost is all that is said. */
export async function runAgain(call: Call, path: string, options: AgainOptions): Promise<number> {
  const manifest = (await readNamedFile('The manifest', path)).toString('utf8')
  const wish = { manifest, only: [...(options.only ?? [])] }
  return writing(call, { host: 'the command line (proofsheet run)', goesOn: false }, async (engine, stop) => {
    let planned = await engine.generation.planAgain(wish)
    if (await addMissing(engine, planned, dirname(resolve(path)))) planned = await engine.generation.planAgain(wish)
    const { plan } = planned
    refuseEmptyPlan(plan)
    if (options.yes !== true && options.cap === undefined) {
      call.out.answer(plan, `${planText(plan, path)}\nnothing was made: --yes does it, --cap USD does it up to that`)
      return exitStatus.allDone
    }
    call.out.note(planText(plan, path))
    if (stop.isAsked()) return exitStatus.stopped
    const { batchId } = await engine.generation.run({
      planId: plan.planId,
      highestMicros: plan.highestMicros,
      name: options.name ?? null,
      first: null,
      capMicros: options.cap ?? null,
    })
    const done = await followRun(call, { engine, stop }, batchId, 'drafts', nothingSpent)
    const again = await engine.generation.madeAgain({ batchId })
    const { batch } = done.status
    call.out.answer(
      { batch, batchId, ...again, estimateMicros: plan.estimateMicros, ...runObject(done, call.elapsedMs()) },
      [runText(call, done, 'drafts', plan.estimateMicros), againText(again)].join('\n'),
    )
    return statusOfRun(done, ['drafts'])
  })
}

/** Pictures that go in and lie beside the manifest; whether any could be taken in. */
async function addMissing(engine: Engine, { sheetId, missing }: PlanAgain, folder: string): Promise<boolean> {
  let isAny = false
  for (const { file, sha256 } of missing) {
    // A manifest can be edited by anyone: only a file below it is read, and only its own bytes are taken.
    if (file === null || file.split('/').some((step) => step === '' || step === '..' || /[\\:]/.test(step))) continue
    const bytes = await readFile(join(folder, ...file.split('/'))).catch(() => null)
    if (!bytes || hash('sha256', bytes) !== sha256) continue
    await engine.references.add({ sheetId, name: basename(file), bytesBase64: bytes.toString('base64') })
    isAny = true
  }
  return isAny
}

const words = {
  same: 'the same',
  'same-look': 'the same look',
  different: 'different',
  'not-made': 'not made',
} as const

function againText({ counts, pictures }: MadeAgain): string {
  const rows = pictures.map(({ file, id, step, steps, outcome, note }) => [
    file ?? id,
    steps > 1 ? `step ${step} of ${steps}` : '',
    note === null ? words[outcome] : `${words[outcome]}: ${note}`,
  ])
  const sums = Object.entries(counts).flatMap(([outcome, count]) => (count > 0 ? [`${count} ${wordOf(outcome)}`] : []))
  return `${tableText(rows)}\n${sums.join(', ')}`
}

const wordOf = (outcome: string): string => Object.entries(words).find(([name]) => name === outcome)?.[1] ?? outcome
