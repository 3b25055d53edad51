import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import { moneyText } from '#shared/money.ts'
import { atText, countText, whenText } from '../ui/time-text.ts'

const whole = (number: number): string => number.toLocaleString('en-US')

/** Requests that are done with: as the service counts them while it works, as they came of it after that. */
export function doneOf(remote: RemoteBatch): number {
  const { counts, made, refused, failed, unknown, canceled, again } = remote
  if (remote.state === 'working') return (counts.succeeded ?? 0) + (counts.failed ?? 0)
  return made + refused + failed + unknown + canceled + again
}

const isCounted = ({ counts }: RemoteBatch): boolean => counts.succeeded !== null || counts.failed !== null

const ofAll = (remote: RemoteBatch): string => `${whole(doneOf(remote))} of ${whole(remote.requests)}`

/** How it ended, in a few words. */
function endText({ how, label, isImported, requests }: RemoteBatch): string {
  if (isImported) return 'Read from a results file'
  switch (how) {
    case 'failed':
      return `${label} refused it as a whole`
    case 'expired':
      return `${label} did not get done with it in time`
    case 'canceled':
      return 'Canceled'
    case 'unsent':
      return 'Given up before it was started: nothing was charged'
    case 'completed':
    case null:
      return `${label} is done with ${countText(requests, 'request')}`
  }
}

/** Where it stands, in plain words: `Working at OpenAI: 312 of 500, until tomorrow 09:40`. */
export function remoteStateText(remote: RemoteBatch, nowMs: number): string {
  const { state, label, requests, nextMs, expiresMs } = remote
  const all = countText(requests, 'request')
  switch (state) {
    case 'preparing':
      return `Sending ${all} to ${label}`
    case 'uploaded':
      return nextMs === null || nextMs <= nowMs
        ? `Sent to ${label}, to be started`
        : `Sent to ${label}, to be started ${atText(nextMs, nowMs)}`
    case 'starting':
      return `Starting at ${label}`
    case 'working': {
      if (remote.isCancelAsked) return `Stopping at ${label}: what is made by then is kept`
      const far = isCounted(remote) ? `: ${ofAll(remote)}` : `: ${all}`
      return `Working at ${label}${far}${expiresMs === null ? '' : `, until ${whenText(expiresMs, nowMs)}`}`
    }
    case 'reading':
      return `${endText(remote)}; its pictures come in, ${ofAll(remote)}`
    case 'over':
      return endText(remote)
    case 'lost':
      return `Nobody knows what became of it at ${label}`
  }
}

/** What came of it: `498 pictures, 2 refused, 12 go again`; empty while nothing has. */
export function outcomeText({ made, refused, failed, unknown, canceled, again }: RemoteBatch): string {
  return [
    made > 0 ? countText(made, 'picture') : null,
    refused > 0 ? `${whole(refused)} refused` : null,
    failed > 0 ? `${whole(failed)} failed` : null,
    again > 0 ? `${whole(again)} go again` : null,
    canceled > 0 ? `${whole(canceled)} not made` : null,
    unknown > 0 ? `${whole(unknown)} unknown` : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** `$2.40 reserved, $1.20 spent`. */
export function remoteMoneyText({ reservedMicros, settledMicros, unknownMicros, currency }: RemoteBatch): string {
  return [
    reservedMicros > 0 ? `${moneyText(reservedMicros, currency)} reserved` : null,
    settledMicros > 0 ? `${moneyText(settledMicros, currency)} spent` : null,
    unknownMicros > 0 ? `${moneyText(unknownMicros, currency)} perhaps spent` : null,
  ]
    .filter((part) => part !== null)
    .join(', ')
}

/** When it is looked at next; empty where it waits for nothing, or its start is named already. */
export function nextLookText({ state, nextMs, lookedMs }: RemoteBatch, nowMs: number): string {
  if (nextMs === null || state === 'uploaded' || state === 'over') return ''
  const last = lookedMs === null ? '' : `, last look ${whenText(lookedMs, nowMs)}`
  return nextMs <= nowMs ? `looking now${last}` : `next look ${whenText(nextMs, nowMs)}${last}`
}

/** What canceling it keeps and costs. */
export function cancelText(remote: RemoteBatch): string {
  const { state, label, requests, reservedMicros, currency } = remote
  const back = reservedMicros > 0 ? ` ${moneyText(reservedMicros, currency)} stays reserved until that is known.` : ''
  if (state === 'preparing' || state === 'uploaded')
    return `It was not started yet, so ${label} charges nothing. Its ${countText(requests, 'request')} will not be made.`
  const sofar = isCounted(remote) ? `, ${whole(remote.counts.succeeded ?? 0)} so far,` : ''
  return `${label} stops as soon as it can. Pictures that are made by then${sofar} are kept and charged; the others are not made and cost nothing.${back}`
}

/** Whether a person can still stop it. */
export const canCancel = ({ state, isCancelAsked }: RemoteBatch): boolean =>
  !isCancelAsked && (state === 'preparing' || state === 'uploaded' || state === 'starting' || state === 'working')

/** Ended otherwise than it should: worth a look after it is over. */
const wentWrong = ({ how, failed, unknown, message }: RemoteBatch): boolean =>
  (how !== null && how !== 'completed') || failed > 0 || unknown > 0 || message !== null

const shownForMs = 3 * 86_400_000

/** Those to show: what is open with what needs a person first, then what went wrong lately; the rest is only counted. */
export function listedRemotes(
  all: readonly RemoteBatch[],
  nowMs: number,
): { readonly shown: RemoteBatch[]; readonly rest: RemoteBatch[] } {
  const open = all.filter(({ state }) => state !== 'over')
  const [lost, going] = [open.filter(({ state }) => state === 'lost'), open.filter(({ state }) => state !== 'lost')]
  const over = all.filter(({ state }) => state === 'over')
  const isShown = (remote: RemoteBatch): boolean => wentWrong(remote) && nowMs - (remote.endedMs ?? 0) < shownForMs
  return { shown: [...lost, ...going, ...over.filter(isShown)], rest: over.filter((remote) => !isShown(remote)) }
}
