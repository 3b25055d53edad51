import { Select as BaseSelect } from '@base-ui/react/select'
import { type ReactNode, useState } from 'react'
import { classNames } from './class-names.ts'
import { Icon } from './icon.tsx'
import popup from './popup.module.css'
import styles from './select.module.css'

export interface Choice<Value> {
  readonly value: Value
  readonly label: string
  /** A second, quieter line. */
  readonly note?: string
}

/** One of several. `prefix` stands in the box before the value: `model: all`. */
export const Select = <Value extends string | number>({
  label,
  value,
  choices,
  onChange,
  prefix,
  round = false,
  disabled = false,
  id,
}: {
  label: string
  value: Value
  choices: readonly Choice<Value>[]
  onChange: (value: Value) => void
  prefix?: ReactNode
  round?: boolean
  disabled?: boolean
  id?: string
}) => {
  const items = useSame(choices)
  return (
    <BaseSelect.Root
      items={items}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next)
      }}
    >
      <BaseSelect.Trigger
        className={classNames(styles.trigger, round && styles.round)}
        aria-label={label}
        {...(id !== undefined && { id })}
      >
        {prefix && <span className={styles.prefix}>{prefix}</span>}
        <BaseSelect.Value className={styles.value} />
        <BaseSelect.Icon className={styles.icon}>
          <Icon name="chevronDown" size={12} />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner className={popup.positioner} sideOffset={4} alignItemWithTrigger={false}>
          <BaseSelect.Popup className={popup.popup}>
            <BaseSelect.List>
              {choices.map((choice) => (
                <BaseSelect.Item key={choice.value} value={choice.value} className={popup.item}>
                  <span className={popup.lead}>
                    <BaseSelect.ItemIndicator>
                      <Icon name="check" size={14} />
                    </BaseSelect.ItemIndicator>
                  </span>
                  <BaseSelect.ItemText className={popup.label}>{choice.label}</BaseSelect.ItemText>
                  {choice.note && <span className={styles.note}>{choice.note}</span>}
                </BaseSelect.Item>
              ))}
            </BaseSelect.List>
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  )
}

/** The former list while the new one says the same: Base UI draws again for every other list, and a caller's is often new. */
function useSame<Value>(choices: readonly Choice<Value>[]): readonly Choice<Value>[] {
  const [kept, keep] = useState(choices)
  if (kept === choices || JSON.stringify(kept) === JSON.stringify(choices)) return kept
  keep(choices)
  return choices
}
