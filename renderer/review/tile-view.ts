import type { Tile } from '#shared/contract/tiles.ts'
import { type PendingMark, type Said, saidAfter } from './marks.ts'

/** One tile as it is drawn now: what is stored, what was just said, and whether it is in focus or selected. */
export interface TileView {
  readonly tile: Tile | null
  readonly said: Said
  readonly isFocused: boolean
  readonly isSelected: boolean
}

export const unsaid: Said = { decision: 'undecided', hires: false, reroll: false, rating: 0, label: null }

const isSame = (a: TileView, b: TileView): boolean =>
  a.tile === b.tile &&
  a.isFocused === b.isFocused &&
  a.isSelected === b.isSelected &&
  a.said.decision === b.said.decision &&
  a.said.hires === b.said.hires &&
  a.said.reroll === b.said.reroll &&
  a.said.rating === b.said.rating &&
  a.said.label === b.said.label

/** What is said of a tile's draft, with the marks on their way. */
export const saidOf = (tile: Tile | null, pending: readonly PendingMark[]): Said =>
  tile?.image ? saidAfter(tile.image, tile, pending) : unsaid

/** Remembers each tile's last view, so that a view changes its identity only when something in it did. */
export function createTileViews(): (tileId: number, next: TileView) => TileView {
  const last = new Map<number, TileView>()
  return (tileId, next) => {
    const before = last.get(tileId)
    if (before && isSame(before, next)) return before
    if (last.size > 8000) last.clear()
    last.set(tileId, next)
    return next
  }
}
