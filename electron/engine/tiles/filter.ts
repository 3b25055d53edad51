import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import type { Condition } from './selector.ts'

const marksOf = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

/** A filter as SQL over job (the tile), image (its draft, may be missing) and prompt. */
export function filterCondition(filter: TileFilter): Condition {
  const parts: Condition[] = []
  const add = (sql: string, ...parameters: (string | number)[]) => parts.push({ sql, parameters })
  if (filter.decisions?.length) add(`image.decision IN (${marksOf(filter.decisions.length)})`, ...filter.decisions)
  if (filter.states?.length) add(`job.state IN (${marksOf(filter.states.length)})`, ...filter.states)
  if (filter.models?.length)
    add(`job.provider || '/' || job.model IN (${marksOf(filter.models.length)})`, ...filter.models)
  if (filter.rows?.length) add('prompt.row IN (SELECT value FROM json_each(?))', JSON.stringify(filter.rows))
  if (filter.minRating) add('image.rating >= ?', filter.minRating)
  if (filter.hires !== undefined) add('coalesce(image.hires, 0) = ?', filter.hires ? 1 : 0)
  if (filter.flagged) add(`image.flags <> ''`)
  if (filter.labels?.length) add(`image.label IN (${marksOf(filter.labels.length)})`, ...filter.labels)
  for (const [name, value] of Object.entries(filter.columns ?? {}))
    add(
      `EXISTS (SELECT 1 FROM json_each(prompt.columns_json) AS cell WHERE cell.key = ? AND instr(lower(cell.value), lower(?)) > 0)`,
      name,
      value,
    )
  if (filter.hasFinal !== undefined)
    add(
      `${filter.hasFinal ? '' : 'NOT '}EXISTS (SELECT 1 FROM image AS final WHERE final.tile_id = job.id AND final.stage = 'final')`,
    )
  for (const word of (filter.search ?? '')
    .toLowerCase()
    .split(/\s+/)
    .filter((part) => part !== ''))
    add(`instr(lower(prompt.text || ' ' || coalesce(prompt.client_id, '') || ' ' || prompt.columns_json), ?) > 0`, word)
  return {
    sql: parts.map((part) => part.sql).join(' AND ') || '1 = 1',
    parameters: parts.flatMap((part) => part.parameters),
  }
}

/** Whether the filter needs more than the tile and its draft: joining prompts for nothing would cost a third of the time. */
export const needsPrompt = (filter: TileFilter): boolean =>
  Boolean(filter.rows?.length || filter.search?.trim() || Object.keys(filter.columns ?? {}).length)

export const orderSql: Readonly<Record<TileOrder, string>> = {
  sheet: 'job.position, job.id',
  newest: 'image.created_ms DESC NULLS LAST, job.position, job.id',
  'undecided-first': `coalesce(image.decision, 'undecided') <> 'undecided', job.position, job.id`,
}
