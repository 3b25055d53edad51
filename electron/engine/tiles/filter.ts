import type { TileFilter } from '#shared/contract/tiles.ts'
import type { Condition } from './selector.ts'

/** Tiles that the sheet has; with `sheet`, those that it has no more, for that reason. */
function sheetCondition(sheet: TileFilter['sheet'], hasAll: boolean): string {
  if (sheet === undefined) return hasAll ? '1 = 1' : isInSheet('job.id')
  const kind = sheet === 'removed' ? 'removed' : 'changed'
  return `EXISTS (SELECT 1 FROM earlier_tile WHERE tile_id = job.id AND kind = '${kind}')`
}

/** SQL for a tile that is not set aside; an empty table of those that are costs next to nothing. */
export const isInSheet = (tile: string): string =>
  `NOT EXISTS (SELECT 1 FROM earlier_tile WHERE earlier_tile.tile_id = ${tile})`

const marksOf = (count: number): string => Array.from({ length: count }, () => '?').join(', ')

/** The part of a filter that is about the tile and its draft; `hasAll`: the batch has no tile that was set aside. */
export function tileCondition(filter: TileFilter, hasAll = false): Condition {
  const parts: Condition[] = [{ sql: sheetCondition(filter.sheet, hasAll), parameters: [] }]
  const add = (sql: string, ...parameters: (string | number)[]) => parts.push({ sql, parameters })
  if (filter.decisions?.length) add(`image.decision IN (${marksOf(filter.decisions.length)})`, ...filter.decisions)
  if (filter.states?.length) add(`job.state IN (${marksOf(filter.states.length)})`, ...filter.states)
  if (filter.states?.length && filter.dismissed === undefined) add('job.dismissed = 0')
  if (filter.dismissed !== undefined) add('job.dismissed = ?', filter.dismissed ? 1 : 0)
  if (filter.models?.length)
    add(`job.provider || '/' || job.model IN (${marksOf(filter.models.length)})`, ...filter.models)
  if (filter.minRating) add('image.rating >= ?', filter.minRating)
  if (filter.hires !== undefined) add('coalesce(image.hires, 0) = ?', filter.hires ? 1 : 0)
  if (filter.flagged) add(`image.flags <> ''`)
  if (filter.labels?.length) add(`image.label IN (${marksOf(filter.labels.length)})`, ...filter.labels)
  if (filter.hasFinal !== undefined)
    add(
      `${filter.hasFinal ? '' : 'NOT '}EXISTS (SELECT 1 FROM image AS final WHERE final.tile_id = job.id AND final.stage = 'final')`,
    )
  return allOf(parts)
}

/** Whether that part asks anything of the draft, and so needs `image` beside `job`. */
export const readsDraft = ({ decisions, minRating, hires, flagged, labels }: TileFilter): boolean =>
  [decisions?.length, minRating, labels?.length, flagged].some(Boolean) || hires !== undefined

/** Prompts that are not in the search index yet: those below one id, and those from another on. */
export interface Unindexed {
  readonly below: number
  readonly from: number
}

/**
 * The part of a filter that is about the prompt, as SQL over `prompt`; null where there is none. Words of three letters and
 * more are looked up, and read for in prompts that are `unindexed`; shorter ones are always read for.
 */
export function promptCondition(filter: TileFilter, unindexed: Unindexed | null): Condition | null {
  const words = wordsOf(filter)
  const columns = Object.entries(filter.columns ?? {})
  const lookedUp = [...words, ...columns.map(([, value]) => value)].filter(canLookUp)
  const parts: Condition[] = []
  if (lookedUp.length > 0) {
    const found: Condition = {
      sql: 'prompt.id IN (SELECT rowid FROM prompt_search WHERE prompt_search MATCH ?)',
      parameters: [lookedUp.map((word) => `"${word.replaceAll('"', '""')}"`).join(' AND ')],
    }
    parts.push(unindexed === null ? found : orAmong(unindexed, found, words.filter(canLookUp)))
  }
  if (filter.rows?.length)
    parts.push({ sql: 'prompt.row IN (SELECT value FROM json_each(?))', parameters: [JSON.stringify(filter.rows)] })
  for (const [name, value] of columns)
    parts.push({
      sql: `${mayHold(value)} AND EXISTS (SELECT 1 FROM json_each(prompt.columns_json) AS cell
        WHERE cell.key = ? AND ${holds('cell.value', value)})`,
      parameters: [...mayHoldParameters(value), name, ...spellings(value)],
    })
  parts.push(...words.filter((word) => !canLookUp(word)).map(readFor))
  return parts.length === 0 ? null : allOf(parts)
}

/** What the index found, or what is not in it and holds the words. */
function orAmong({ below, from }: Unindexed, found: Condition, words: readonly string[]): Condition {
  const read = allOf([{ sql: '(prompt.id < ? OR prompt.id >= ?)', parameters: [below, from] }, ...words.map(readFor)])
  return { sql: `(${found.sql} OR ${read.sql})`, parameters: [...found.parameters, ...read.parameters] }
}

const readFor = (word: string): Condition => ({
  sql: `(${holds('prompt.text', word)} OR ${holds(`coalesce(prompt.client_id, '')`, word)}
    OR ${mayHold(word)} AND EXISTS (SELECT 1 FROM json_each(prompt.columns_json) AS cell WHERE ${holds('cell.value', word)}))`,
  parameters: [...spellings(word), ...spellings(word), ...mayHoldParameters(word), ...spellings(word)],
})

const allOf = (parts: readonly Condition[]): Condition => ({
  sql: parts.map((part) => part.sql).join(' AND ') || '1 = 1',
  parameters: parts.flatMap((part) => part.parameters),
})

/** Most rows do not hold a word at all: reading their cells as JSON costs ten times what a look at the text of them does. */
const mayHold = (word: string): string => (isPlainInJson(word) ? holds('prompt.columns_json', word) : '1 = 1')
const mayHoldParameters = (word: string): string[] => (isPlainInJson(word) ? spellings(word) : [])
const isPlainInJson = (word: string): boolean => JSON.stringify(word) === `"${word}"`

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
