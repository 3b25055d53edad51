import type { Plan } from '#shared/contract/plans.ts'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import { type PlanModelLine, planModelLines, planTotals } from './plan-model-lines.ts'
import styles from './plan-models.module.css'

const causesShown = 6

/** What each model makes of the plan, and what models cannot do; nothing where the cards above say it all. */
export const PlanModels = ({
  plan,
  providers,
  isStale,
  onShowProblems,
}: {
  plan: Plan
  providers: readonly ProviderInfo[]
  isStale: boolean
  onShowProblems: () => void
}) => {
  const lines = planModelLines(plan, providers)
  const causes = plan.problemGroups
  if (lines.length < 2 && causes.length === 0) return null
  return (
    <div className={classNames(styles.models, isStale && styles.stale)}>
      {lines.length > 0 && <ModelTable lines={lines} plan={plan} />}
      {causes.length > 0 && (
        <section className={styles.causes} aria-label="Cannot be made as asked">
          <h3 className={styles.head}>Cannot be made as asked</h3>
          <ul className={styles.list}>
            {causes.slice(0, causesShown).map(({ kind, message, count, blocks }) => (
              <li key={`${kind} ${message}`}>
                <b>{count.toLocaleString('en-US')}</b>
                <span>{message}</span>
                {blocks ? (
                  <span className={styles.blocked}>
                    <Icon name="warning" size={14} /> not made
                  </span>
                ) : (
                  <span className={styles.dim}>made all the same</span>
                )}
              </li>
            ))}
          </ul>
          <button type="button" className={styles.show} onClick={onShowProblems}>
            {causes.length > causesShown
              ? `show all ${causes.length.toLocaleString('en-US')} causes, row by row`
              : 'show them row by row'}
          </button>
        </section>
      )}
    </div>
  )
}

const ModelTable = ({ lines, plan }: { lines: readonly PlanModelLine[]; plan: Plan }) => {
  const totals = planTotals(plan)
  const columns = (['cached', 'duplicates', 'blocked'] as const).filter((name) => totals[name] !== '')
  return (
    <div className={styles.scroll}>
      <table className={styles.table}>
        <caption className="visually-hidden">The plan by model</caption>
        <thead>
          <tr>
            <th scope="col">Model</th>
            <th scope="col" className={styles.number}>
              To make
            </th>
            {columns.map((name) => (
              <th key={name} scope="col" className={styles.number}>
                {titles[name]}
              </th>
            ))}
            <th scope="col" className={styles.number}>
              Price
            </th>
            <th scope="col">Time</th>
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => (
            <tr key={line.key}>
              <th scope="row" title={line.key}>
                {line.model}
                {line.provider !== null && <span className={styles.dim}> {line.provider}</span>}
              </th>
              <td className={styles.number}>{line.requests}</td>
              {columns.map((name) => (
                <td key={name} className={styles.number}>
                  {line[name]}
                </td>
              ))}
              <td className={styles.number}>{line.price}</td>
              <td className={styles.time}>{line.time}</td>
            </tr>
          ))}
        </tbody>
        {lines.length > 1 && (
          <tfoot>
            <tr>
              <th scope="row">All</th>
              <td className={styles.number}>{totals.requests}</td>
              {columns.map((name) => (
                <td key={name} className={styles.number}>
                  {totals[name]}
                </td>
              ))}
              <td className={styles.number}>{totals.price}</td>
              <td>{totals.time}</td>
            </tr>
          </tfoot>
        )}
      </table>
    </div>
  )
}

const titles = { cached: 'Cached', duplicates: 'Duplicates', blocked: 'Not possible' } as const
