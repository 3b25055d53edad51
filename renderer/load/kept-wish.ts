import { z } from 'zod'
import { draftSettings } from '#shared/contract/generation.ts'
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
