import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import type { Condition } from './selector.ts'

const marksOf = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

/**
 * A filter as SQL over job (the tile), image (its draft, may be missing) and prompt. Where every prompt `isIndexed`, words
 * of three letters and more are looked up; shorter ones are always read for.
 */
export function filterCondition(filter: TileFilter, isIndexed: boolean): Condition {
  const parts: Condition[] = []
  const add = (sql: string, ...parameters: (string | number)[]) => parts.push({ sql, parameters })
  const words = wordsOf(filter)
  const lookedUp = isIndexed ? words.filter(canLookUp) : []
  const columns = Object.entries(filter.columns ?? {})
  const asked = [...lookedUp, ...(isIndexed ? columns.map(([, value]) => value).filter(canLookUp) : [])]
  if (asked.length > 0)
    add(
      'job.prompt_id IN (SELECT rowid FROM prompt_search WHERE prompt_search MATCH ?)',
      asked.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND '),
    )
  if (filter.decisions?.length) add(`image.decision IN (${marksOf(filter.decisions.length)})`, ...filter.decisions)
  if (filter.states?.length) add(`job.state IN (${marksOf(filter.states.length)})`, ...filter.states)
  if (filter.models?.length)
    add(`job.provider || '/' || job.model IN (${marksOf(filter.models.length)})`, ...filter.models)
  if (filter.rows?.length) add('prompt.row IN (SELECT value FROM json_each(?))', JSON.stringify(filter.rows))
  if (filter.minRating) add('image.rating >= ?', filter.minRating)
  if (filter.hires !== undefined) add('coalesce(image.hires, 0) = ?', filter.hires ? 1 : 0)
  if (filter.flagged) add(`image.flags <> ''`)
  if (filter.labels?.length) add(`image.label IN (${marksOf(filter.labels.length)})`, ...filter.labels)
  for (const [name, value] of columns)
    add(
      `EXISTS (SELECT 1 FROM json_each(prompt.columns_json) AS cell WHERE cell.key = ? AND ${holds('cell.value', value)})`,
      name,
      ...spellings(value),
    )
  for (const word of words)
    if (!lookedUp.includes(word))
      add(
        `(${holds('prompt.text', word)} OR ${holds(`coalesce(prompt.client_id, '')`, word)}
          OR EXISTS (SELECT 1 FROM json_each(prompt.columns_json) AS cell WHERE ${holds('cell.value', word)}))`,
        ...spellings(word),
        ...spellings(word),
        ...spellings(word),
      )
  if (filter.hasFinal !== undefined)
    add(
      `${filter.hasFinal ? '' : 'NOT '}EXISTS (SELECT 1 FROM image AS final WHERE final.tile_id = job.id AND final.stage = 'final')`,
    )
  return {
    sql: parts.map((part) => part.sql).join(' AND ') || '1 = 1',
    parameters: parts.flatMap((part) => part.parameters),
  }
}

const wordsOf = (filter: TileFilter): string[] => (filter.search ?? '').split(/\s+/).filter((part) => part !== '')

/** The index holds groups of three characters: a shorter word is in none of them. */
const canLookUp = (word: string): boolean => [...word].length >= 3 && !word.includes('\0')

/** SQLite folds the case of ASCII letters only: a word with others is asked for as it is mostly written. */
function spellings(word: string): string[] {
  const lower = word.toLowerCase()
  // biome-ignore lint/suspicious/noControlCharactersInRegex: ASCII is what it asks for
  if (/^[\x00-\x7f]*$/.test(lower)) return [lower]
  const upper = word.toUpperCase()
  const [first = ''] = [...lower]
  return [...new Set([lower, upper, first.toUpperCase() + lower.slice(first.length)])]
}

const holds = (sql: string, word: string): string =>
  `(${spellings(word)
    .map((spelling) => `instr(${spelling === word.toLowerCase() ? `lower(${sql})` : sql}, ?) > 0`)
    .join(' OR ')})`

/** Whether the filter needs more than the tile and its draft: joining prompts for nothing would cost a third of the time. */
export const needsPrompt = (filter: TileFilter, isIndexed: boolean): boolean =>
  Boolean(filter.rows?.length || Object.keys(filter.columns ?? {}).length) ||
  !wordsOf(filter).every((word) => isIndexed && canLookUp(word))

export const orderSql: Readonly<Record<TileOrder, string>> = {
  sheet: 'job.position, job.id',
  newest: 'image.created_ms DESC NULLS LAST, job.position, job.id',
  'undecided-first': `coalesce(image.decision, 'undecided') <> 'undecided', job.position, job.id`,
}
