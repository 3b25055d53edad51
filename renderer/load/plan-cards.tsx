import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Sending } from '../sending/sending.ts'
import { classNames } from '../ui/class-names.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './plan-cards.module.css'
import { planFigures } from './plan-text.ts'

/** What the run would make, cost and take, at a glance. `isStale`: another plan is being made; `isBlocked`: none can be. */
export const PlanCards = ({
  plan,
  sending,
  rows,
  profiles,
  providers,
  isStale,
  isBlocked,
  onShowProblems,
}: {
  plan: Plan | undefined
  /** What it comes to by the way that is chosen. */
  sending: Sending | undefined
  rows: number
  profiles: number
  providers: readonly ProviderInfo[]
  isStale: boolean
  isBlocked: boolean
  onShowProblems: () => void
}) => {
  if (!plan || !sending) {
    return (
      <div className={styles.cards} aria-hidden="true">
        {['Prompts', 'To make', 'Price', 'Time', 'Problems'].map((name) =>
          isBlocked ? (
            <div key={name} className={styles.card}>
              <div className={styles.note}>{name}</div>
              <div className={styles.value}>–</div>
              <div className={styles.note}>{'\u00a0'}</div>
            </div>
          ) : (
            <Skeleton key={name} lines={4} look="box" />
          ),
        )}
      </div>
    )
  }
  const figures = planFigures(plan, sending, { rows, profiles, providers })
  return (
    <dl className={classNames(styles.cards, isStale && styles.stale)} aria-busy={isStale}>
      {[figures.prompts, figures.make, figures.price, figures.time].map((figure) => (
        <div key={figure.name} className={styles.card}>
          <dt>{figure.name}</dt>
          <dd className={styles.value}>{figure.value}</dd>
          <dd className={styles.note}>{figure.note}</dd>
        </div>
      ))}
      <div className={styles.card}>
        <dt>Problems</dt>
        <dd className={classNames(styles.value, plan.problemCount > 0 && styles.warn)}>
          {plan.problemCount.toLocaleString('en-US')}
        </dd>
        <dd className={styles.note}>
          {plan.problemCount === 0 ? (
            'none found'
          ) : (
            <button type="button" className={styles.show} onClick={onShowProblems}>
              show {plan.problemCount === 1 ? 'it' : countText(plan.problemCount, 'problem')}
            </button>
          )}
        </dd>
      </div>
    </dl>
  )
}
