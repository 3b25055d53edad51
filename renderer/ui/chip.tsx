import { Toggle } from '@base-ui/react/toggle'
import type { ReactNode } from 'react'
import styles from './chip.module.css'
import { Kbd } from './kbd.tsx'

/** A round toggle: a filter or a mode. State is `aria-pressed` and a filled ground, never colour alone. */
export const Chip = ({
  on,
  onChange,
  count,
  keys,
  disabled = false,
  children,
}: {
  on: boolean
  onChange: (on: boolean) => void
  count?: number | undefined
  keys?: string | undefined
  disabled?: boolean
  children: ReactNode
}) => (
  <Toggle className={styles.chip} pressed={on} disabled={disabled} onPressedChange={(next) => onChange(next)}>
    {children}
    {count !== undefined && <span className={styles.count}>{count.toLocaleString('en-US')}</span>}
    {keys && <Kbd keys={keys} />}
  </Toggle>
)
