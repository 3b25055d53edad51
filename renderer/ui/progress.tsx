import { Progress as BaseProgress } from '@base-ui/react/progress'
import styles from './meter.module.css'

/** How far something is; `null` where nobody can tell. */
export const Progress = ({ label, value, max }: { label: string; value: number | null; max: number }) => (
  <BaseProgress.Root aria-label={label} value={value} max={Math.max(1, max)}>
    <BaseProgress.Track className={styles.track}>
      <BaseProgress.Indicator className={styles.indicator} />
    </BaseProgress.Track>
  </BaseProgress.Root>
)
