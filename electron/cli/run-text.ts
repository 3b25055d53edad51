import { type ErrorCode, errorCodes } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import type { Call } from './call.ts'
import { countText, durationText, manyText } from './output.ts'
import type { BatchRun } from './run-batch.ts'

/** The part of a run's JSON that runs of drafts, finals and retries share. */
export const runObject = (run: BatchRun, elapsedMs: number) => ({
  requests: run.requests,
  settledMicros: run.settledMicros,
  currency: run.status.currency,
  elapsedMs,
  failures: run.failures,
  held: run.held,
  paused: run.paused,
  savedMicros: run.status.savedMicros,
  stopped: run.stopped,
  ...(run.status.remote ? { remote: run.status.remote } : {}),
})

/** What a run made, what it cost, what is to be done about the rest, and the usual next step, for a person. */
export const runText = (call: Call, run: BatchRun, stage: 'drafts' | 'finals', estimateMicros: number | null): string =>
  [...runLines(call, run, stage, estimateMicros), `look at them: proofsheet open${placeOption(call)}`].join('\n')

export function runLines(
  call: Call,
  run: BatchRun,
  stage: 'drafts' | 'finals',
  estimateMicros: number | null,
): string[] {
  const { status } = run
  const { done, cached, failed, unknown, held, canceled, left } = status[stage]
  const total = done + failed + unknown + held + canceled + left
  const parts = { failed, unknown, held, canceled, left }
  const apart = Object.entries(parts).flatMap(([name, count]) => (count > 0 ? [`${countText(count)} ${name}`] : []))
  const fromCache = cached > 0 ? [`${countText(cached)} from the cache`] : []
  const made = [`${countText(done)} of ${countText(total)} ${stage} done`, ...fromCache, ...apart].join(', ')
  return [
    `${status.batch}: ${made}`,
    `${manyText(run.requests, 'request')}, ${moneyLine(run, estimateMicros)}, ${durationText(call.elapsedMs())}`,
    ...savedLines(run),
    ...run.failures.map((group) => `  ${group.code}  ${countText(group.count)}  ${group.message}`),
    ...wayOut(call, run),
  ]
}

function moneyLine({ settledMicros, status }: BatchRun, estimateMicros: number | null): string {
  const spent = `${moneyText(settledMicros, status.currency)} spent`
  if (estimateMicros === null) return spent
  return `${spent} (estimate ${moneyText(estimateMicros, status.currency)})`
}

function savedLines({ status }: BatchRun): string[] {
  const { draftsFirst, duplicates, cache } = status.savedMicros
  if (draftsFirst + duplicates + cache <= 0) return []
  const money = (micros: number): string => moneyText(micros, status.currency)
  return [
    `saved: ${money(draftsFirst)} by drafts first, ${money(duplicates)} by duplicates, ${money(cache)} by the cache`,
  ]
}

const placeOption = (call: Call): string => ` --library ${quoted(call.library)}`
const quoted = (text: string): string => (/^[\w./:@\\-]+$/.test(text) ? text : `"${text}"`)

/** One sentence for each thing that waits for a person. */
function wayOut(call: Call, run: BatchRun): string[] {
  const { batch, drafts, finals } = run.status
  const left = drafts.left + finals.left
  const of = `${quoted(batch)}${placeOption(call)}`
  const retried = run.failures.filter(({ code }) => isWorthRetrying(code)).map(({ code }) => code)
  const isUnknown = run.failures.some(({ code }) => code === 'outcome-unknown')
  const lines: (string | false)[] = [
    ...run.paused.map(({ label, message }) => `${label} stands still: ${message}`),
    ...Object.entries(run.held).map(([reason, count]) => heldSentence(reason, count, of)),
    retried.length > 0 && `try the failed ones again: proofsheet retry ${of}`,
    isUnknown &&
      `nobody knows what became of the unknown ones; pay for them again: proofsheet retry ${of} --only outcome-unknown`,
    run.status.paused &&
      left > 0 &&
      `it is paused, and stays so until you resume it: proofsheet open${placeOption(call)}`,
    ...remoteLines(run, placeOption(call)),
    run.stopped && 'stopped; the same command goes on where it was left',
  ]
  return lines.filter((line) => line !== false)
}

/** What is at providers needs nobody here: their pictures come in when somebody looks. */
function remoteLines({ status, stopped }: BatchRun, place: string): string[] {
  const out = status.remote?.out ?? 0
  if (out === 0 || stopped) return []
  const batches =
    status.remote?.remoteBatches === 1
      ? '1 remote batch'
      : `${countText(status.remote?.remoteBatches ?? 0)} remote batches`
  return [`${countText(out)} are being made in ${batches}; bring in what is done: proofsheet remote look${place}`]
}

const isWorthRetrying = (code: ErrorCode): boolean =>
  errorCodes[code].treatment === 'retry' || code === 'bad-response' || code === 'canceled'

function heldSentence(reason: string, count: number, of: string): string {
  const many = countText(count)
  if (reason === 'budget') return `${many} held by a cap: run the same command again with a higher --cap, or tomorrow`
  if (reason === 'no-price') return `${many} held, because nobody knows their price: say it with --price USD`
  if (reason === 'sample') return `${many} wait behind the sample: run the same command without --first`
  return `${many} held, because the same request’s outcome is unknown: proofsheet retry ${of} --only outcome-unknown`
}
