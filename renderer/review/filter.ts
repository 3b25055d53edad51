import type { TileFilter } from '#shared/contract/tiles.ts'
import type { Said } from './marks.ts'

/** Whether a filter shows a picture with these marks, as far as marks decide it. */
export const showsSaid = (filter: TileFilter, said: Said): boolean =>
  (filter.decisions === undefined || filter.decisions.length === 0 || filter.decisions.includes(said.decision)) &&
  (filter.hires === undefined || filter.hires === said.hires) &&
  (filter.minRating === undefined || said.rating >= filter.minRating) &&
  (filter.labels === undefined || (said.label !== null && filter.labels.includes(said.label)))

export const isFiltering = (filter: TileFilter): boolean => Object.values(filter).some((part) => part !== undefined)

/** The filter with one part set, or, with `undefined`, without it. */
export function withPart<Name extends keyof TileFilter>(
  filter: TileFilter,
  name: Name,
  value: TileFilter[Name] | undefined,
): TileFilter {
  const { [name]: _before, ...rest } = filter
  return value === undefined ? rest : { ...rest, [name]: value }
}
