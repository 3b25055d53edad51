import type { TileFilter } from '#shared/contract/tiles.ts'
import { withPart } from '../review/filter.ts'

/** A part of the filter that has no chip of its own in the bar, in words, and the filter without it. */
export interface FilterPart {
  readonly text: string
  readonly without: TileFilter
}

/** Row numbers a person writes: `1-20, 35`. Throws nothing: what is no number is left out. At most 10,000 rows. */
export function rowsFrom(text: string): readonly number[] {
  const rows = new Set<number>()
  for (const part of text.split(/[,;\s]+/)) {
    const range = /^(\d{1,7})(?:[-–](\d{1,7}))?$/.exec(part)
    if (!range) continue
    const from = Number(range[1])
    const to = Number(range[2] ?? range[1])
    for (let row = Math.max(1, from); row <= to && rows.size < 10_000; row += 1) rows.add(row)
  }
  return [...rows].toSorted((a, b) => a - b)
}

/** `1-20, 35`, as short as it can be said. */
export function rowsText(rows: readonly number[]): string {
  const parts: string[] = []
  for (let at = 0; at < rows.length; at += 1) {
    const from = rows[at] ?? 0
    let to = from
    while (rows[at + 1] === to + 1) {
      at += 1
      to += 1
    }
    parts.push(from === to ? String(from) : `${from}-${to}`)
  }
  return parts.join(', ')
}

/** The filter with one column asked for, or, with an empty text, not any more. */
export function withColumn(filter: TileFilter, name: string, text: string): TileFilter {
  const { [name]: _before, ...rest } = filter.columns ?? {}
  const columns = text.trim() === '' ? rest : { ...rest, [name]: text.trim() }
  return withPart(filter, 'columns', Object.keys(columns).length === 0 ? undefined : columns)
}

/** Every part of the filter that the chips of the bar do not show. */
export function moreParts(filter: TileFilter): readonly FilterPart[] {
  const parts: FilterPart[] = []
  if (filter.minRating !== undefined)
    parts.push({
      text: `${'★'.repeat(filter.minRating)}${filter.minRating < 5 ? ' or more' : ''}`,
      without: withPart(filter, 'minRating', undefined),
    })
  if (filter.labels !== undefined)
    parts.push({ text: `${filter.labels.join(' or ')} label`, without: withPart(filter, 'labels', undefined) })
  if (filter.rows !== undefined)
    parts.push({
      text: filter.rows.length === 1 ? `row ${filter.rows[0]}` : `rows ${rowsText(filter.rows)}`,
      without: withPart(filter, 'rows', undefined),
    })
  if (filter.hasFinal !== undefined)
    parts.push({
      text: filter.hasFinal ? 'with a final' : 'without a final',
      without: withPart(filter, 'hasFinal', undefined),
    })
  if (filter.dismissed !== undefined)
    parts.push({
      text: filter.dismissed ? 'dismissed' : 'not dismissed',
      without: withPart(filter, 'dismissed', undefined),
    })
  for (const [name, value] of Object.entries(filter.columns ?? {}))
    parts.push({ text: `${name}: ${value}`, without: withColumn(filter, name, '') })
  return parts
}

/** What a filter asks for, in a few words, for a view's name: `approved, ★★★ or more`. */
export function filterWords(filter: TileFilter): string {
  const parts = [
    filter.decisions?.join(' or '),
    filter.hires && 'full size',
    filter.states && 'failed',
    filter.flagged && 'flagged',
    filter.models?.join(' or '),
    ...moreParts(filter).map((part) => part.text),
    filter.search && `“${filter.search}”`,
  ]
  return parts.filter(Boolean).join(', ')
}
