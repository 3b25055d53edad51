import type { Settings } from '#shared/contract/settings.ts'
import type { Style } from '#shared/contract/templates.ts'
import { useChangeSettings } from '../api/changes.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import { notifyError } from '../ui/toast.tsx'
import type { DraftWish } from './draft-wish.ts'
import styles from './prompt-section.module.css'

/** Texts behind every prompt, in their order; kept by name in the library, and copied into the batch. */
export const StylesEditor = ({
  wish,
  settings,
  onChange,
}: {
  wish: DraftWish
  settings: Settings
  onChange: (parts: Partial<DraftWish>) => void
}) => {
  const { mutate: changeSettings } = useChangeSettings()
  const chosen = wish.styles ?? []
  const kept = settings.styles
  const left = kept.filter((style) => !chosen.some((each) => each.name === style.name))
  const put = (next: readonly Style[]) => onChange({ styles: next })
  const isKept = (style: Style) =>
    kept.some((each) => each.name === style.name && each.suffix === style.suffix && each.negative === style.negative)
  const keep = (style: Style) =>
    changeSettings(
      { styles: [...kept.filter((each) => each.name !== style.name), style] },
      { onError: (error) => notifyError('The style was not kept', error) },
    )
  const free = (): string => {
    for (let number = 1; ; number++)
      if (!chosen.some((style) => style.name === `style ${number}`)) return `style ${number}`
  }
  return (
    <section className={styles.part} aria-label="Styles">
      <div className={styles.head}>
        <h3>Styles</h3>
        {left.length > 0 && (
          <Select
            label="Add a kept style"
            value=""
            round
            choices={[
              { value: '', label: 'Add a kept one' },
              ...left.map(({ name, suffix }) => ({ value: name, label: name, note: suffix })),
            ]}
            onChange={(name) => {
              const style = left.find((each) => each.name === name)
              if (style) put([...chosen, style])
            }}
          />
        )}
        <Button look="quiet" icon="plus" onClick={() => put([...chosen, { name: free(), suffix: '', negative: '' }])}>
          Add a style
        </Button>
      </div>
      {chosen.map((style, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: a style has no identity but its place while its name is typed
        <div key={index} className={styles.styleLine}>
          <TextField
            label="Name of the style"
            value={style.name}
            maxLength={60}
            onChange={(event) => {
              if (event.target.value.trim() !== '') put(chosen.with(index, { ...style, name: event.target.value }))
            }}
          />
          <TextField
            label="Behind every prompt"
            value={style.suffix}
            maxLength={2000}
            onChange={(event) => put(chosen.with(index, { ...style, suffix: event.target.value }))}
          />
          <TextField
            label="Behind the negative prompt"
            value={style.negative}
            maxLength={2000}
            onChange={(event) => put(chosen.with(index, { ...style, negative: event.target.value }))}
          />
          <Button disabled={isKept(style)} onClick={() => keep(style)}>
            {isKept(style) ? 'Kept' : 'Keep'}
          </Button>
          <IconButton icon="cross" label={`Without ${style.name}`} onClick={() => put(chosen.toSpliced(index, 1))} />
        </div>
      ))}
    </section>
  )
}
