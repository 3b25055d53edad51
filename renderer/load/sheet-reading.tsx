import type { Sheet, SheetReading } from '#shared/contract/sheets.ts'
import { useReadAgain } from '../api/changes.ts'
import { goTo } from '../app/use-route.ts'
import { Select } from '../ui/select.tsx'
import { notifyError } from '../ui/toast.tsx'
import styles from './sheet-reading.module.css'

const formatNames: Readonly<Record<Sheet['format'], string>> = {
  csv: 'CSV',
  tsv: 'TSV',
  jsonl: 'JSONL',
  json: 'JSON',
  xlsx: 'XLSX',
  markdown: 'Markdown table',
  text: 'one prompt a line',
}
const programs = { openai: 'OpenAI batch', gemini: 'Gemini batch', a1111: 'A1111 lines' } as const

/** What the file was found to be: `JSONL, OpenAI batch`. */
export const formatText = ({ format, writtenFor }: Sheet): string => {
  if (writtenFor === null) return formatNames[format]
  return format === 'text' ? programs[writtenFor] : `${formatNames[format]}, ${programs[writtenFor]}`
}

const delimiters = [
  { value: ',', label: 'comma' },
  { value: ';', label: 'semicolon' },
  { value: '\t', label: 'tab' },
  { value: '|', label: 'bar' },
] as const
const none = { value: '', label: 'none' } as const
const encodings = [
  { value: 'utf-8', label: 'UTF-8' },
  { value: 'windows-1252', label: 'Windows-1252' },
  { value: 'utf-16le', label: 'UTF-16 LE' },
  { value: 'utf-16be', label: 'UTF-16 BE' },
] as const

/** How the file was read, to be changed where that was found out wrongly; the sheet is then read again. */
export const SheetReadingChoices = ({ sheet }: { sheet: Sheet }) => {
  const again = useReadAgain()
  const read = (reading: SheetReading) => {
    again
      .mutateAsync({ sheetId: sheet.id, ...given(sheet), ...reading })
      .then(({ id }) => goTo({ page: 'load', sheetId: id }))
      .catch((error: unknown) => notifyError('The sheet could not be read that way', error))
  }
  const delimiter = delimiters.find(({ value }) => value === sheet.delimiter)?.value ?? ''
  return (
    <span className={styles.choices}>
      {sheet.parts.length > 1 && sheet.part !== null && (
        <Select
          label="Sheet of the workbook"
          prefix="sheet"
          value={sheet.part}
          choices={sheet.parts.map((part) => ({ value: part, label: part }))}
          disabled={again.isPending}
          round
          onChange={(part) => read({ part })}
        />
      )}
      {['csv', 'tsv', 'text'].includes(sheet.format) && (
        <Select
          label="Between cells"
          prefix="between cells"
          value={delimiter}
          choices={delimiter === '' ? [none, ...delimiters] : delimiters}
          disabled={again.isPending}
          round
          onChange={(next) => next !== '' && read({ delimiter: next })}
        />
      )}
      {sheet.encoding !== null && (
        <Select
          label="Encoding"
          prefix="encoding"
          value={sheet.encoding}
          choices={encodings}
          disabled={again.isPending}
          round
          onChange={(encoding) => read({ encoding })}
        />
      )}
    </span>
  )
}

/** What stays as it is while one thing is changed: a workbook's sheet is always named, so that it is the same one. */
const given = ({ part, parts }: Sheet): SheetReading => (part !== null && parts.length > 1 ? { part } : {})
