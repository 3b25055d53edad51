import type { Tile } from '#shared/contract/tiles.ts'
import type { HoldReason } from '#shared/job-state.ts'
import type { Said } from '../review/marks.ts'

const holdText: Readonly<Record<HoldReason, string>> = {
  budget: 'Held: the cap is reached',
  'unknown-twin': 'Held: the same request is unknown',
  'no-price': 'Held: no price is known',
  sample: 'Held: the sample comes first',
}

/** What a tile without a picture says: a title, and what can be added to it. */
export function stateText(tile: Tile): { readonly title: string; readonly detail: string } {
  if (tile.state === 'unknown')
    return { title: 'Outcome unknown', detail: tile.failure?.message ?? 'It may have been paid.' }
  if (tile.failure?.code === 'content-policy') return { title: 'Refused', detail: tile.failure.message }
  if (tile.state === 'failed' && tile.failure === null) return { title: 'Dismissed', detail: '' }
  if (tile.state === 'failed') return { title: 'Failed', detail: tile.failure?.message ?? '' }
  if (tile.state === 'canceled') return { title: 'Canceled', detail: '' }
  if (tile.state === 'done') return { title: 'No picture', detail: '' }
  if (tile.remote === 'out') return { title: 'Within a day', detail: 'in a batch at its provider' }
  if (tile.state !== 'queued') return { title: 'Drawing', detail: '' }
  return tile.holdReason
    ? { title: 'Held', detail: holdText[tile.holdReason].slice('Held: '.length) }
    : { title: 'Waiting', detail: tile.remote ? 'goes in a batch' : '' }
}

/** What the corner of a picture says of its final. */
export function finalText({ finals, finalState, finalRemote }: Tile): string {
  if (finals.length > 0) return 'final'
  if (finalState === 'failed') return 'final failed'
  return finalRemote === undefined ? 'final…' : 'final within a day'
}

/** Whether a person is asked what becomes of it: it failed and was not dismissed, or nobody knows how it ended. */
export const isTrouble = (tile: Tile): boolean =>
  tile.image === null && (tile.state === 'unknown' || (tile.state === 'failed' && tile.failure !== null))

/** Whether it can be asked for in another way: what is dismissed too. */
export const canAskAgain = (tile: Tile): boolean => tile.image === null && tile.state === 'failed'

/** The name of a cell: what a screen reader says of it, the state first after the row. */
export function tileName(tile: Tile, said: Said): string {
  const parts = [`${tile.label}, variant ${tile.variant}`]
  if (tile.image) parts.push(said.decision)
  else parts.push(stateText(tile).title.toLowerCase())
  if (said.hires) parts.push('full size')
  if (said.reroll) parts.push('re-roll')
  if (said.rating > 0) parts.push(`${said.rating} ${said.rating === 1 ? 'star' : 'stars'}`)
  if (said.label) parts.push(`${said.label} label`)
  if (tile.finals.length > 0) parts.push('has a final')
  parts.push(tile.prompt)
  return parts.join(', ')
}
