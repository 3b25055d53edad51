import type { ColumnRole, Sheet } from '#shared/contract/sheets.ts'
import { columnRole, columnRoles } from '#shared/contract/sheets.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Select } from '../ui/select.tsx'
import styles from './column-mapping.module.css'
import { type DraftWish, roleOf, withRole } from './draft-wish.ts'

type NamedRole = (typeof columnRoles)[number]

const roleNames: Readonly<Record<NamedRole, string>> = {
  prompt: 'Prompt',
  id: 'Id',
  negative: 'Negative prompt',
  seed: 'Seed',
  width: 'Width',
  height: 'Height',
  size: 'Size',
  ratio: 'Ratio',
  model: 'Model',
  quality: 'Quality',
  count: 'How many',
  format: 'File format',
  background: 'Background',
  reference: 'Reference picture',
  reference2: 'Reference picture 2',
  reference3: 'Reference picture 3',
  reference4: 'Reference picture 4',
}

const choices: readonly { value: ColumnRole | ''; label: string; note?: string }[] = [
  { value: '', label: 'Kept' },
  ...columnRoles.map((role) => ({ value: role, label: roleNames[role] })),
]

/** The service's own field of the column's name, such as `steps`; one that is chosen already stays a choice. */
function choicesFor(column: string, role: ColumnRole | null): typeof choices {
  const field = column
    .trim()
    .replace(/^options\./, '')
    .replace(/\s+/g, '_')
  const own = columnRole.safeParse(`options.${field}`).data
  const options = [own, role?.startsWith('options.') ? role : undefined].filter((each) => each !== undefined)
  return [
    ...choices,
    ...[...new Set(options)].map((value) => ({
      value,
      label: `Option ${value.slice('options.'.length)}`,
      note: 'a field of the service',
    })),
  ]
}

const samplesShown = 3

/** Every column of the sheet with some of its cells, and what it is for. */
export const ColumnMapping = ({
  sheet,
  wish,
  onChange,
  onForget,
}: {
  sheet: Sheet
  wish: DraftWish
  onChange: (wish: DraftWish) => void
  /** Forgets what was chosen before, and goes back to what the names say. */
  onForget: () => void
}) => (
  <section className={styles.section} aria-labelledby="columns-title">
    <div className={styles.head}>
      <h3 id="columns-title">Columns</h3>
      {sheet.mappingFrom === 'remembered' && (
        <>
          <span className={styles.remembered}>As you chose them for a sheet with the same columns.</span>
          <Button look="quiet" onClick={onForget}>
            As found
          </Button>
        </>
      )}
    </div>
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
              choices={choicesFor(column.name, role)}
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
