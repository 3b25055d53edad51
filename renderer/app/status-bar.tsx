import type { ReactNode } from 'react'
import { Icon } from '../ui/icon.tsx'
import { useConnection } from './connection.tsx'
import styles from './status-bar.module.css'

/** What the next key does at the left, counts and money at the right, and whether the engine still answers. */
export const StatusBar = ({ left, children }: { left: ReactNode; children?: ReactNode }) => {
  const connection = useConnection()
  return (
    <footer className={styles.bar} data-region="status">
      <span className={styles.left}>{left}</span>
      {connection === 'lost' && (
        <span className={styles.lost} role="status">
          <Icon name="warning" size={14} /> Proofsheet does not answer; trying again
        </span>
      )}
      {children}
    </footer>
  )
}

/** A number with its word: `271 approved`. */
export const Figure = ({ value, children }: { value: ReactNode; children: ReactNode }) => (
  <span className={styles.figure}>
    <b>{value}</b> {children}
  </span>
)
