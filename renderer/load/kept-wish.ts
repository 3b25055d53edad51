import { z } from 'zod'
import { draftSettings, runRoute, runStart } from '#shared/contract/wishes.ts'
import { atOnce, type SendChoice } from '../sending/sending.ts'
import type { DraftWish } from './draft-wish.ts'

const stored = draftSettings.extend({
  template: z.string(),
  alwaysNew: z.boolean(),
  pricePerImageMicros: z.int().nonnegative().nullable(),
})

const keyOf = (sheetId: number): string => `proofsheet-load-${sheetId}`

/** What was chosen for a sheet in this window, so that a way to the settings and back loses nothing. */
export function keptWish(sheetId: number): DraftWish | null {
  const text = sessionStorage.getItem(keyOf(sheetId))
  // Ours, but perhaps of another version, or with a model that was being typed: then the page begins anew.
  return text === null ? null : (stored.safeParse(JSON.parse(text)).data ?? null)
}

export function keepWish(sheetId: number, wish: DraftWish): void {
  sessionStorage.setItem(keyOf(sheetId), JSON.stringify(wish))
}

const storedSending = z.object({ route: runRoute, routes: z.record(z.string(), runRoute), start: runStart })
const sendingKeyOf = (sheetId: number): string => `proofsheet-send-${sheetId}`

/** How it was to be sent; at once where that was never said, or the time that was chosen is over. */
export function keptSending(sheetId: number): SendChoice {
  const text = sessionStorage.getItem(sendingKeyOf(sheetId))
  const kept = text === null ? null : storedSending.safeParse(JSON.parse(text)).data
  if (!kept) return atOnce
  const isOver = kept.start.kind === 'at' && kept.start.atMs <= Date.now()
  return isOver ? { ...kept, start: atOnce.start } : kept
}

export function keepSending(sheetId: number, choice: SendChoice): void {
  sessionStorage.setItem(sendingKeyOf(sheetId), JSON.stringify(choice))
}
