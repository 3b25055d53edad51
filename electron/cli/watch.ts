import type { Engine } from '#engine/engine.ts'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Plan } from '#shared/contract/plans.ts'
import { AppError, errorCodeOf, messageOf } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import type { Call } from './call.ts'
import { comparisonText } from './comparison-text.ts'
import { changesOf, compareNewer, type NewerSheet } from './newer-sheet.ts'
import { type BatchRun, followRun, type Spent, statusOfRun } from './run-batch.ts'
import { runLines, runObject, runText } from './run-text.ts'
import type { Stop } from './stop.ts'
import { type Saved, watchSheetFile } from './watched-file.ts'

/** A version of the sheet, from the moment that it was taken. */
interface Round {
  readonly before: Spent
  /** `null` for the version that the batch was made from. */
  readonly changes: ReturnType<typeof changesOf> | null
  readonly estimateMicros: number | null
}

interface Watched extends NewerSheet {
  readonly first: Round
}

interface Host {
  readonly engine: Engine
  readonly stop: Stop
}

/** Throws AppError `invalid-input` for what cannot be saved again. */
export function refuseUnwatchable(path: string): void {
  if (path === '-') throw new AppError('invalid-input', 'Standard input cannot be watched. Name a file.')
}

/**
 * The cap of everything that a watch makes, asked for before its first request. Without one only what is free is made;
 * `undefined` leaves a batch the cap that it has. Throws AppError `invalid-input` where that would make nothing.
 */
export function capForWatching(
  plan: Plan,
  capMicros: number | undefined,
  batch: Pick<BatchStatus, 'capMicros' | 'estimateMicros'>,
): number | undefined {
  if (capMicros !== undefined) return capMicros
  if (batch.capMicros !== null) return undefined
  if (plan.highestMicros === 0 && batch.estimateMicros === 0) return 0
  throw new AppError(
    'invalid-input',
    'This costs money, and --watch asks for it once: say with --cap USD the most that all versions of the sheet may spend.',
  )
}

/**
 * Follows a batch and its sheet's file until Ctrl+C: whenever the file is saved, what differs is said and made, within the
 * batch's cap. A version that cannot be used is said and passed over; the batch stays as it is.
 */
export async function watchSheet(call: Call, host: Host, watched: Watched): Promise<number> {
  const { batchId, path, first } = watched
  const file = watchSheetFile(path, watched.file)
  const rounds: ReturnType<typeof roundObject>[] = []
  let round = first
  call.out.note(`watching ${path} (Ctrl+C ends it)`)
  try {
    for (;;) {
      const next = file.next()
      const done = await followRun(call, host, batchId, 'drafts', round.before, { until: next })
      const saved = host.stop.isAsked() ? null : await atRest(call, host, { done, round, next })
      if (saved === null) {
        rounds.push(roundObject(round, done))
        return end(call, { ...done, ...since(first.before, done) }, rounds)
      }
      const taken = await take(call, host, watched, saved)
      if (taken === null) continue
      rounds.push(roundObject(round, done))
      round = taken
    }
  } finally {
    file.end()
  }
}

/** Where nothing goes on by itself: says so, and waits for the next version; `null` at Ctrl+C. */
async function atRest(
  call: Call,
  { engine, stop }: Host,
  { done, round, next }: { readonly done: BatchRun; readonly round: Round; readonly next: Promise<Saved> },
): Promise<Saved | null> {
  const asked = stop.asked.then(() => null)
  const already = await Promise.race([next, Promise.resolve('not yet' as const)])
  if (already !== 'not yet') return already
  for (const line of runLines(call, done, 'drafts', round.estimateMicros)) call.out.note(line)
  call.out.note(`${capText(engine.batches.get({ batchId: done.status.batchId }))}waiting for the sheet to be saved`)
  return Promise.race([next, asked])
}

/** Brings the batch to a version that was saved; `null` where that cannot be used, which is said. */
async function take(call: Call, { engine, stop }: Host, watched: Watched, saved: Saved): Promise<Round | null> {
  const skip = (problem: string): null => {
    call.out.note(`${watched.path} was saved, and is passed over: ${problem}`)
    return null
  }
  if ('problem' in saved) return skip(saved.problem)
  try {
    return await bringTo(call, engine, { ...watched, file: saved.file }, skip)
  } catch (error) {
    // A full disk, or a fault of ours, is no property of this version.
    if (stop.isAsked() || !isAboutSheet(error)) throw error
    return skip(messageOf(error))
  }
}

const isAboutSheet = (error: unknown): boolean =>
  ['invalid-input', 'unsupported', 'conflict', 'not-found'].includes(errorCodeOf(error) ?? '')

async function bringTo(
  call: Call,
  engine: Engine,
  newer: NewerSheet,
  skip: (problem: string) => null,
): Promise<Round | null> {
  const before = engine.batches.get({ batchId: newer.batchId })
  const compared = await compareNewer(call, engine, newer)
  const changes = changesOf(compared)
  // An editor that empties the file first would take every row away.
  if (changes.same + changes.added + changes.changed + changes.returned === 0) return skip('it has no rows.')
  call.out.note(`\n${comparisonText(compared, newer.path)}`)
  const { planId, highestMicros, estimateMicros } = compared.plan
  await engine.batches.update({ planId, highestMicros })
  return { before, changes, estimateMicros }
}

/** `$0.92 of the cap left; ` */
function capText({ capMicros, settledMicros, reservedMicros, unknownMicros, currency }: BatchStatus): string {
  if (capMicros === null || capMicros === 0) return ''
  const left = Math.max(0, capMicros - settledMicros - reservedMicros - unknownMicros)
  return `${moneyText(left, currency)} of the cap left; `
}

const since = (before: Spent, { status }: BatchRun): Spent => ({
  requests: status.requests - before.requests,
  settledMicros: status.settledMicros - before.settledMicros,
})

const roundObject = (round: Round, run: BatchRun) => ({
  changes: round.changes,
  estimateMicros: round.estimateMicros,
  ...since(round.before, run),
})

function end(call: Call, run: BatchRun, rounds: readonly ReturnType<typeof roundObject>[]): number {
  const { batch, batchId, prompts, tiles, drafts } = run.status
  call.out.answer(
    { batch, batchId, prompts, tiles, drafts, rounds, ...runObject(run, call.elapsedMs()) },
    `${rounds.length === 1 ? 'the sheet was taken once' : `${rounds.length} versions of the sheet were taken`}\n${runText(call, run, 'drafts', null)}`,
  )
  return statusOfRun(run, ['drafts'])
}
