import type { SavedView } from '#shared/contract/settings.ts'
import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'

/** Keys in one order, so that equal filters read the same. */
const wordsOf = (value: unknown): string =>
  JSON.stringify(value, (_key, part: unknown) =>
    part !== null && typeof part === 'object' && !Array.isArray(part)
      ? Object.fromEntries(Object.entries(part).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : part,
  )

export const isSameView = (view: SavedView, filter: TileFilter, order: TileOrder): boolean =>
  view.order === order && wordsOf(view.filter) === wordsOf(filter)

/** The views with one more, by name; one of the same name gives way, at its place. */
export function withView(views: readonly SavedView[], view: SavedView): readonly SavedView[] {
  const at = views.findIndex((each) => each.name === view.name)
  return at < 0 ? [...views, view] : views.with(at, view)
}
