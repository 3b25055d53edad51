import type { Said } from '../review/marks.ts'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './loupe.module.css'

/** What is said of the picture, in a corner of the stage: the word beside the sign. */
export const LoupeMarks = ({ said }: { said: Said }) => (
  <div className={styles.marks}>
    {said.decision === 'approved' && (
      <span className={classNames(styles.mark, styles.approved)}>
        <Icon name="check" size={14} /> Approved
      </span>
    )}
    {said.decision === 'rejected' && (
      <span className={classNames(styles.mark, styles.rejected)}>
        <Icon name="cross" size={14} /> Rejected
      </span>
    )}
    {said.hires && (
      <span className={styles.mark}>
        <Icon name="expand" size={14} /> Full size
      </span>
    )}
    {said.reroll && (
      <span className={styles.mark}>
        <Icon name="retry" size={14} /> Re-roll
      </span>
    )}
    {said.rating > 0 && <span className={styles.mark}>{'★'.repeat(said.rating)}</span>}
    {said.label && <span className={styles.mark}>{said.label}</span>}
  </div>
)
