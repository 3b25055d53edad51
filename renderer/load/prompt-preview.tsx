import { useMemo } from 'react'
import type { Sheet } from '#shared/contract/sheets.ts'
import { messageOf } from '#shared/errors.ts'
import { countInWords, countPrompts, parseTemplate, templateParts } from '#shared/template/template.ts'
import { useSheetRows } from '../api/queries.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './prompt-preview.module.css'

const rowsShown = 3

/** The first prompt of the first rows as it will be sent, with what came from cells and choices picked out. */
export const PromptPreview = ({ sheet, template: text }: { sheet: Sheet; template: string }) => {
  const rows = useSheetRows(sheet.id, 0, rowsShown)
  const columns = useMemo(() => sheet.columns.map((column) => column.name), [sheet.columns])
  const { template, mistakes } = useMemo(() => parseTemplate(text, columns), [text, columns])
  const count = countPrompts(template)
  if (rows.isError) return <p className={styles.wrong}>The first rows could not be read. {messageOf(rows.error)}</p>
  if (!rows.data) return <Skeleton lines={rowsShown} />
  return (
    <section aria-label="The first prompts">
      <ol className={styles.prompts}>
        {rows.data.rows.map(({ row, cells }) => (
          <li key={row} className={styles.prompt}>
            <span className={styles.row}>{row}</span>
            <Parts
              parts={partsOf(template, Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ''])))}
            />
          </li>
        ))}
      </ol>
      {count > 1n && mistakes.length === 0 && (
        <p className={styles.more}>
          The first of {countInWords(count)} prompts of each row; every one stands in the table below.
        </p>
      )}
    </section>
  )
}

type Part = ReturnType<typeof templateParts>[number]

function partsOf(template: Parameters<typeof templateParts>[0], cells: Record<string, string>): Part[] | string {
  try {
    return templateParts(template, cells)
  } catch (error) {
    return messageOf(error)
  }
}

const Parts = ({ parts }: { parts: Part[] | string }) => {
  if (typeof parts === 'string') return <span className={styles.wrong}>{parts}</span>
  if (parts.every((part) => part.text.trim() === '')) return <span className={styles.wrong}>The prompt is empty.</span>
  // A row whose prompt is one cell as it stands has nothing to pick out.
  const isOneCell = parts.length === 1
  return (
    <span>
      {parts.map((part, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: parts have no identity but their place
        <span key={index} className={isOneCell ? undefined : styles[part.kind]}>
          {part.text}
        </span>
      ))}
    </span>
  )
}
