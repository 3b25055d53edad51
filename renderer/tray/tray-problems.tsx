import type { Problem } from '#shared/contract/common.ts'
import { countText } from '../ui/time-text.ts'
import styles from './tray.module.css'

/** What cannot be made as asked; closed until somebody wants to know. */
export const TrayProblems = ({ problems, count }: { problems: readonly Problem[]; count: number }) => (
  <details className={styles.problems}>
    <summary>{countText(count, 'problem')}</summary>
    <ul>
      {problems.slice(0, 50).map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: problems repeat, and have no identity but their place
        <li key={index}>
          {problem.row !== null && <b>Row {problem.row} </b>}
          {problem.message}
        </li>
      ))}
      {count > 50 && <li>and {(count - 50).toLocaleString('en-US')} more</li>}
    </ul>
  </details>
)
