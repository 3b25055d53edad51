import { useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { TileFilter } from '#shared/contract/tiles.ts'
import { label as labels } from '#shared/contract/tiles.ts'
import { useOptionalSheet } from '../api/queries.ts'
import { withPart } from '../review/filter.ts'
import { IconButton } from '../ui/button.tsx'
import { Chip } from '../ui/chip.tsx'
import { classNames } from '../ui/class-names.ts'
import { Popover } from '../ui/popover.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import { rowsFrom, rowsText, withColumn } from './filter-parts.ts'
import styles from './more-filters.module.css'
import tileStyles from './tile.module.css'

const ratings = [
  { value: '0', label: 'Any' },
  { value: '1', label: '★' },
  { value: '2', label: '★★' },
  { value: '3', label: '★★★' },
  { value: '4', label: '4+' },
  { value: '5', label: '5' },
] as const

const finals = [
  { value: 'any', label: 'Any' },
  { value: 'with', label: 'With a final' },
  { value: 'without', label: 'Without' },
] as const

interface Props {
  readonly batch: BatchStatus | undefined
  readonly filter: TileFilter
  readonly onFilter: (filter: TileFilter) => void
}

/** Filters by stars, label, row, final and any column of the sheet, behind one button. */
export const MoreFilters = ({ batch, filter, onFilter }: Props) => (
  <Popover label="More filters" trigger={<IconButton icon="filter" label="More filters" />}>
    <div className={styles.form}>
      <Line name="Stars, at least">
        <Segmented
          label="Stars, at least"
          value={String(filter.minRating ?? 0)}
          choices={ratings}
          onChange={(value) => onFilter(withPart(filter, 'minRating', Number(value) || undefined))}
        />
      </Line>
      <Line name="Label">
        {labels.options.map((each) => {
          const chosen = filter.labels ?? []
          return (
            <Chip
              key={each}
              on={chosen.includes(each)}
              onChange={(on) => {
                const next = on ? [...chosen, each] : chosen.filter((other) => other !== each)
                onFilter(withPart(filter, 'labels', next.length === 0 ? undefined : next))
              }}
            >
              <span className={classNames(tileStyles.label, tileStyles[each])} /> {each}
            </Chip>
          )
        })}
      </Line>
      <Line name="Finals">
        <Segmented
          label="Finals"
          value={filter.hasFinal === undefined ? 'any' : filter.hasFinal ? 'with' : 'without'}
          choices={finals}
          onChange={(value) => onFilter(withPart(filter, 'hasFinal', value === 'any' ? undefined : value === 'with'))}
        />
      </Line>
      {((batch?.dismissed?.drafts ?? 0) > 0 || filter.dismissed !== undefined) && (
        <Line name="Failures put aside">
          <Chip
            on={filter.dismissed === true}
            count={batch?.dismissed?.drafts}
            onChange={(on) => onFilter(withPart(filter, 'dismissed', on || undefined))}
          >
            Dismissed
          </Chip>
        </Line>
      )}
      <Rows filter={filter} onFilter={onFilter} />
      <Column batch={batch} filter={filter} onFilter={onFilter} />
    </div>
  </Popover>
)

const Line = ({ name, children }: { name: string; children: React.ReactNode }) => (
  <div className={styles.line}>
    <span className={styles.name}>{name}</span>
    <div className={styles.choices}>{children}</div>
  </div>
)

const Rows = ({ filter, onFilter }: Omit<Props, 'batch'>) => {
  const [text, setText] = useState(rowsText(filter.rows ?? []))
  return (
    <TextField
      label="Rows of the sheet"
      placeholder="1-20, 35"
      value={text}
      onChange={(event) => {
        setText(event.target.value)
        const rows = rowsFrom(event.target.value)
        onFilter(withPart(filter, 'rows', rows.length === 0 ? undefined : [...rows]))
      }}
    />
  )
}

const Column = ({ batch, filter, onFilter }: Props) => {
  const sheet = useOptionalSheet(batch?.sheetId ?? null).data
  const axes = batch?.settings.axes?.map(({ name, values }) => ({ name, samples: values })) ?? []
  const columns = [...axes, ...(sheet?.columns ?? [])]
  const asked = Object.keys(filter.columns ?? {})[0]
  const [chosen, setChosen] = useState(asked ?? '')
  const column = columns.find((each) => each.name === chosen) ?? columns[0]
  if (!column) return null
  const text = filter.columns?.[column.name] ?? ''
  return (
    <div className={styles.column}>
      <Select
        label="Column"
        prefix="column:"
        value={column.name}
        choices={columns.map(({ name }) => ({ value: name, label: name }))}
        onChange={setChosen}
      />
      <TextField
        key={column.name}
        label={`What ${column.name} holds`}
        labelHidden
        placeholder={`holds, such as ${column.samples[0] ?? 'a word'}`}
        list="column-samples"
        defaultValue={text}
        onChange={(event) => onFilter(withColumn(filter, column.name, event.target.value))}
      />
      <datalist id="column-samples">
        {[...new Set(column.samples)].map((sample) => (
          <option key={sample} value={sample} />
        ))}
      </datalist>
    </div>
  )
}
