import { Toggle } from '@base-ui/react/toggle'
import { ToggleGroup } from '@base-ui/react/toggle-group'
import { classNames } from './class-names.ts'
import { Icon, type IconName } from './icon.tsx'
import styles from './segmented.module.css'
import { Tip } from './tooltip.tsx'

/** One of a few, side by side. With an icon the label is its name and its tooltip; a note stands below the label. */
export const Segmented = <Value extends string>({
  label,
  value,
  choices,
  onChange,
}: {
  label: string
  value: Value
  choices: readonly { value: Value; label: string; icon?: IconName; note?: string }[]
  onChange: (value: Value) => void
}) => (
  <ToggleGroup
    className={styles.group}
    aria-label={label}
    value={[value]}
    onValueChange={(next) => {
      const chosen = choices.find((choice) => choice.value === next[0])
      if (chosen) onChange(chosen.value)
    }}
  >
    {choices.map((choice) =>
      choice.icon ? (
        <Tip key={choice.value} text={choice.label}>
          <Toggle className={styles.item} value={choice.value} aria-label={choice.label}>
            <Icon name={choice.icon} size={14} />
          </Toggle>
        </Tip>
      ) : (
        <Toggle
          key={choice.value}
          className={classNames(styles.item, choice.note !== undefined && styles.tall)}
          value={choice.value}
        >
          {choice.label}
          {choice.note !== undefined && <span className={styles.note}>{choice.note}</span>}
        </Toggle>
      ),
    )}
  </ToggleGroup>
)
