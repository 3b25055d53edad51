import type { Axis } from '#shared/contract/templates.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import type { DraftWish } from './draft-wish.ts'
import styles from './prompt-section.module.css'

const mostAxes = 8
const sets = [
  { value: 'column', label: 'text' },
  { value: 'model', label: 'the model' },
  { value: 'seed', label: 'the seed' },
] as const
const groups = [
  { value: 0, label: 'crossed' },
  { value: 1, label: 'zipped 1' },
  { value: 2, label: 'zipped 2' },
] as const

/** Lists that every prompt is made with, crossed or zipped, all of them or some for each row. */
export const AxesEditor = ({ wish, onChange }: { wish: DraftWish; onChange: (parts: Partial<DraftWish>) => void }) => {
  const axes = wish.axes ?? []
  const change = (index: number, axis: Axis) => onChange({ axes: axes.with(index, axis) })
  return (
    <section className={styles.part} aria-label="Axes">
      <div className={styles.head}>
        <h3>Axes</h3>
        {axes.length < mostAxes && (
          <Button look="quiet" icon="plus" onClick={() => onChange({ axes: [...axes, { name: '', values: [] }] })}>
            Add an axis
          </Button>
        )}
      </div>
      {axes.length === 0 && (
        <p className={styles.hint}>A list of your own: every prompt is made with each value, as a column.</p>
      )}
      {axes.map((axis, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an axis has no identity but its place while its name is typed
        <div key={index} className={styles.line}>
          <TextField
            label="Name of the axis"
            value={axis.name}
            maxLength={60}
            placeholder="angle"
            onChange={(event) => change(index, { ...axis, name: event.target.value })}
          />
          <TextField
            label="Values, with | between them"
            value={axis.values.join('|')}
            placeholder="front|side|top"
            onChange={(event) =>
              change(index, { ...axis, values: event.target.value === '' ? [] : event.target.value.split('|') })
            }
          />
          <Select
            label={`What ${axis.name || 'this axis'} sets`}
            prefix="sets"
            value={axis.sets ?? 'column'}
            choices={sets}
            onChange={(next) => {
              const { sets: _, ...plain } = axis
              change(index, next === 'model' || next === 'seed' ? { ...plain, sets: next } : plain)
            }}
          />
          <Select
            label={`How ${axis.name || 'this axis'} goes with the others`}
            value={axis.group ?? 0}
            choices={groups}
            onChange={(next) => {
              const { group: _, ...plain } = axis
              change(index, next > 0 ? { ...plain, group: next } : plain)
            }}
          />
          <IconButton
            icon="cross"
            label={`Without ${axis.name || 'this axis'}`}
            onClick={() => onChange({ axes: axes.toSpliced(index, 1) })}
          />
        </div>
      ))}
      {axes.length > 0 && (
        <Checkbox
          checked={wish.axisSample !== undefined}
          onChange={(on) => onChange({ axisSample: on ? { n: 4, seed: wish.baseSeed } : undefined })}
        >
          Only some combinations for each row
        </Checkbox>
      )}
      {wish.axisSample && axes.length > 0 && (
        <div className={styles.line}>
          <NumberField
            label="Combinations"
            value={wish.axisSample.n}
            min={1}
            max={1000}
            onChange={(n) => onChange({ axisSample: { n, seed: wish.axisSample?.seed ?? 0 } })}
          />
        </div>
      )}
    </section>
  )
}
