import type { RowDifference, SheetComparison } from '#shared/contract/batches.ts'
import { moneyText } from '#shared/money.ts'
import { wordDiff } from '#shared/word-diff.ts'
import { countText, durationText, manyText } from './output.ts'
import { problemLines } from './plan-text.ts'

const rowsShown = 30
const longestCell = 300

/** A comparison for a person: counts, price, then the rows that differ, changed words as `[-old-] {+new+}`. */
export function comparisonText(compared: SheetComparison, title: string): string {
  const { plan, same, added, changed, removed, returned, rows, columns, canceled } = compared
  const differ = added + changed + removed + returned
  const counts = Object.entries({ added, changed, removed, returned }).flatMap(([name, count]) =>
    count > 0 ? [`${countText(count)} ${name}`] : [],
  )
  const shown = rows.slice(0, rowsShown)
  return [
    `${title}: ${differ === 0 ? 'no row differs' : `${counts.join(', ')}, ${countText(same)} the same`}`,
    ...columnLine('new columns', columns.added),
    ...columnLine('columns that are gone', columns.removed),
    priceLine(compared),
    ...(canceled > 0 ? [`${manyText(canceled, 'draft')} waiting for rows that are gone will be canceled`] : []),
    ...shown.flatMap(rowLines),
    ...(differ > shown.length ? [`  and ${countText(differ - shown.length)} more`] : []),
    ...problemLines(plan),
  ].join('\n')
}

const columnLine = (what: string, names: readonly string[]): string[] =>
  names.length === 0 ? [] : [`${what}: ${names.join(', ')}`]

function priceLine({ plan, keptTiles }: SheetComparison): string {
  const price = plan.estimateMicros === null ? 'price not known' : moneyText(plan.estimateMicros, plan.currency)
  const time = plan.durationMs === null || plan.requests === 0 ? '' : `, about ${durationText(plan.durationMs)}`
  const cached = plan.cached > 0 ? `, ${countText(plan.cached)} from the cache` : ''
  return `${manyText(plan.requests, 'request')} to make (${price}${time})${cached}; ${manyText(keptTiles, 'draft')} stay`
}

const marks = { added: '+', changed: '~', removed: '-', returned: '<' } as const

function rowLines({ kind, label, cells }: RowDifference): string[] {
  const cell = (text: string): string => (text.length > longestCell ? `${text.slice(0, longestCell)}…` : text)
  return cells
    .slice(0, 5)
    .map(({ column, before, after }) =>
      kind === 'changed'
        ? `  ${marks[kind]} ${label}  ${column}: ${cell(changedWords(before ?? '', after ?? ''))}`
        : `  ${marks[kind]} ${label}  ${cell((after ?? before ?? '').replaceAll(/\s+/g, ' '))}`,
    )
}

const changedWords = (before: string, after: string): string =>
  wordDiff(before, after)
    .map(({ kind, text }) => (kind === 'same' ? text : kind === 'added' ? `{+${text}+}` : `[-${text}-]`))
    .join('')
    .replaceAll(/[\r\n]+/g, ' ')
