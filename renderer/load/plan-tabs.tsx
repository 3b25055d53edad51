import type { Problem } from '#shared/contract/common.ts'
import type { Plan } from '#shared/contract/plans.ts'
import { Segmented } from '../ui/segmented.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { AlikeTable } from './alike-table.tsx'
import styles from './load-page.module.css'
import { PlanTable } from './plan-table.tsx'
import { ProblemTable } from './problem-table.tsx'

export type PlanTab = 'all' | 'new' | 'cached' | 'duplicate' | 'blocked' | 'alike' | 'problems'

const counted = (title: string, count: number | undefined): string =>
  count === undefined ? title : `${title} ${count.toLocaleString('en-US')}`

/** The drafts of the plan by what becomes of them, and the problems. */
export const PlanTabs = ({
  plan,
  blockedBy,
  tab,
  problems,
  problemCount,
  onTab,
}: {
  plan: Plan | undefined
  blockedBy: string | null
  tab: PlanTab
  problems: readonly Problem[]
  problemCount: number
  onTab: (tab: PlanTab) => void
}) => (
  <section className={styles.tabs} aria-label="Plan">
    <Segmented<PlanTab>
      label="Which drafts of the plan"
      value={tab}
      choices={[
        { value: 'all', label: counted('All', plan?.tiles) },
        { value: 'new', label: counted('New', plan?.requests) },
        { value: 'cached', label: counted('Cached', plan?.cached) },
        { value: 'duplicate', label: counted('Duplicates', plan?.duplicates) },
        ...(plan && plan.blocked > 0
          ? [{ value: 'blocked' as const, label: counted('Not possible', plan.blocked) }]
          : []),
        ...(plan?.alike && plan.alike.count > 0
          ? [{ value: 'alike' as const, label: counted('Alike', plan.alike.count) }]
          : []),
        { value: 'problems', label: counted('Problems', problemCount) },
      ]}
      onChange={onTab}
    />
    {tab === 'problems' ? (
      <ProblemTable problems={problems} count={problemCount} groups={plan?.problemGroups ?? []} />
    ) : tab === 'alike' && plan?.alike ? (
      <AlikeTable alike={plan.alike} />
    ) : plan ? (
      <PlanTable key={tab} plan={plan} outcome={tab === 'all' || tab === 'alike' ? undefined : tab} />
    ) : blockedBy !== null ? (
      <p className={styles.none}>{blockedBy} The plan stands here after that.</p>
    ) : (
      <Skeleton lines={8} look="box" />
    )}
  </section>
)
