import { useState } from 'react'
import type { Problem } from '#shared/contract/common.ts'
import type { ProblemGroup } from '#shared/contract/plans.ts'
import { Chip } from '../ui/chip.tsx'
import { Table } from '../ui/table.tsx'
import { countText } from '../ui/time-text.ts'
import { type ProblemCause, problemCauses } from './problem-causes.ts'
import styles from './problem-table.module.css'

/** What is wrong with rows and settings. Chips narrow it to one cause; good rows are made whatever stands here. */
export const ProblemTable = ({
  problems,
  count,
  groups = [],
}: {
  problems: readonly Problem[]
  count: number
  groups?: readonly ProblemGroup[]
}) => {
  const [chosen, setChosen] = useState<string | null>(null)
  const causes = problemCauses(problems)
  const cause: ProblemCause | undefined = causes.find((each) => each.key === chosen)
  const shown = (cause?.problems ?? problems).map((problem, index) => ({ problem, index }))
  if (count === 0) return <p className={styles.none}>No problem was found.</p>
  return (
    <div className={styles.problems}>
      <p className={styles.lead}>
        Rows that cannot be made are left out; all others are made. Correct the sheet and load it again, or change what
        the columns are for.
      </p>
      {count > problems.length && <Groups groups={groups} />}
      {causes.length > 1 && (
        <div className={styles.causes} role="toolbar" aria-label="Causes">
          {causes.map((each) => (
            <Chip
              key={each.key}
              on={each.key === cause?.key}
              count={each.problems.length}
              onChange={(on) => setChosen(on ? each.key : null)}
            >
              {each.title}
            </Chip>
          ))}
        </div>
      )}
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.scroll} aria-label="Problems" tabIndex={0}>
        <Table
          caption="Problems by row"
          rows={shown}
          keyOf={({ index }) => index}
          columns={[
            { title: 'Row', cell: ({ problem }) => rowText(problem) },
            { title: 'Column', cell: ({ problem }) => problem.column ?? '' },
            {
              title: 'Problem',
              grow: true,
              cell: ({ problem }) => <span className={styles.text}>{problem.message}</span>,
            },
          ]}
        />
      </section>
      {count > problems.length && (
        <p className={styles.lead}>
          The first {countText(problems.length, 'problem')} of {count.toLocaleString('en-US')}.
        </p>
      )}
    </div>
  )
}

/** What many rows have in common: the table below names only the first of each. */
const Groups = ({ groups }: { groups: readonly ProblemGroup[] }) => (
  <ul className={styles.groups}>
    {groups.slice(0, 12).map((group) => (
      <li key={`${group.kind} ${group.message}`}>
        <b>{group.count.toLocaleString('en-US')}</b> {group.message}
        {!group.blocks && <span> (made all the same)</span>}
      </li>
    ))}
  </ul>
)

/** `17 (line 18)`: the row, and the file's own line, which an editor shows. */
const rowText = (problem: Problem): string => {
  if (problem.row === null) return problem.line === null ? 'whole sheet' : `line ${problem.line}`
  return problem.line === null ? String(problem.row) : `${problem.row} (line ${problem.line})`
}
