import type { ColumnRole, Sheet } from '#shared/contract/sheets.ts'
import { columnRoles } from '#shared/contract/sheets.ts'
import { classNames } from '../ui/class-names.ts'
import { Select } from '../ui/select.tsx'
import styles from './column-mapping.module.css'
import { type DraftWish, roleOf, withRole } from './draft-wish.ts'

const roleNames: Readonly<Record<ColumnRole, string>> = {
  prompt: 'Prompt',
  id: 'Id',
  negative: 'Negative prompt',
  seed: 'Seed',
  width: 'Width',
  height: 'Height',
  size: 'Size',
  model: 'Model',
  count: 'How many',
}

const choices = [
  { value: '', label: 'Kept' },
  ...columnRoles.map((role) => ({ value: role, label: roleNames[role] })),
] as const

const samplesShown = 3

/** Every column of the sheet with some of its cells, and what it is for. */
export const ColumnMapping = ({
  sheet,
  wish,
  onChange,
}: {
  sheet: Sheet
  wish: DraftWish
  onChange: (wish: DraftWish) => void
}) => (
  <section className={styles.section} aria-labelledby="columns-title">
    <h3 id="columns-title">Columns</h3>
    <ul className={styles.columns}>
      {sheet.columns.map((column) => {
        const role = roleOf(wish.mapping, column.name)
        const isUsed = role !== null || isInTemplate(wish.template, column.name)
        const samples = column.samples.filter((sample) => sample.trim() !== '').slice(0, samplesShown)
        return (
          <li key={column.name} className={classNames(styles.column, isUsed && styles.used)}>
            <b title={column.name}>{column.name}</b>
            <Select
              label={`What the column ${column.name} is for`}
              value={role ?? ''}
              choices={choices}
              round
              onChange={(next) => onChange(withRole(wish, column.name, next === '' ? null : next))}
            />
            <ul className={styles.samples} aria-label={`Cells of ${column.name}`}>
              {samples.map((sample, index) => (
                // biome-ignore lint/suspicious/noArrayIndexKey: cells repeat, and have no identity but their place
                <li key={index} title={sample}>
                  {sample}
                </li>
              ))}
              {samples.length === 0 && <li>empty</li>}
            </ul>
          </li>
        )
      })}
    </ul>
  </section>
)

/** Whether `{{column}}` stands in the template, filters or not. */
const isInTemplate = (template: string, column: string): boolean =>
  [...template.matchAll(/\{\{([^{}|]*)/g)].some(
    (match) => match[1]?.trim().toLowerCase() === column.trim().toLowerCase(),
  )
