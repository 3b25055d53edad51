import { Slider as BaseSlider } from '@base-ui/react/slider'
import styles from './slider.module.css'

/** A value on a line. `onChange` while it moves, `onSettle` once it is let go. */
export const Slider = ({
  label,
  value,
  min,
  max,
  step = 1,
  onChange,
  onSettle,
  format = String,
}: {
  label: string
  value: number
  min: number
  max: number
  step?: number
  onChange: (value: number) => void
  onSettle?: (value: number) => void
  format?: (value: number) => string
}) => (
  <BaseSlider.Root
    className={styles.root}
    value={value}
    min={min}
    max={max}
    step={step}
    thumbAlignment="edge"
    onValueChange={(next) => onChange(next)}
    onValueCommitted={(next) => onSettle?.(next)}
  >
    <BaseSlider.Control className={styles.control}>
      <BaseSlider.Track className={styles.track}>
        <BaseSlider.Indicator className={styles.indicator} />
        <BaseSlider.Thumb
          className={styles.thumb}
          aria-label={label}
          getAriaValueText={(_text, number) => format(number)}
        />
      </BaseSlider.Track>
    </BaseSlider.Control>
  </BaseSlider.Root>
)
