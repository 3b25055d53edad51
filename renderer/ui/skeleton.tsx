import { classNames } from './class-names.ts'
import styles from './skeleton.module.css'

/** A place that something will fill, `lines` lines high. Read out as “loading” by the element around it, not by this. */
export const Skeleton = ({ lines = 1, look = 'text' }: { lines?: number; look?: 'text' | 'box' }) => (
  <div className={classNames(styles.skeleton, styles[look])} style={{ height: lines * 24 }} aria-hidden="true" />
)
