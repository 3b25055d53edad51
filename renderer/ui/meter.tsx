import styles from './meter.module.css'

export interface MeterPart {
  readonly value: number
  readonly look: 'ok' | 'no' | 'warn' | 'accent'
}

/** A thin bar of parts of a whole. `label` says in words what it shows. */
export const Meter = ({ label, whole, parts }: { label: string; whole: number; parts: readonly MeterPart[] }) => (
  <div className={styles.meter} role="img" aria-label={label}>
    {parts.map((part) => (
      <div
        key={part.look}
        className={styles[part.look]}
        style={{ width: `${whole > 0 ? Math.min(100, (part.value / whole) * 100) : 0}%` }}
      />
    ))}
  </div>
)
