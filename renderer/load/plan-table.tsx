import { type UIEvent, useState } from 'react'
import type { Plan, PlanRow } from '#shared/contract/plans.ts'
import { messageOf } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { usePlanRows } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { pagesInView, planPageRows, planRowHeight, planRowsShown } from './plan-pages.ts'
import styles from './plan-table.module.css'

/** Every tile of the plan, fetched and drawn a page at a time; a million of them scroll as ten do. */
export const PlanTable = ({ plan, outcome }: { plan: Plan; outcome: PlanRow['outcome'] | undefined }) => {
  const [view, setView] = useState({ top: 0, height: 480 })
  const first = usePlanRows(plan.planId, 0, planPageRows, outcome)
  if (first.isError) {
    return (
      <p className={styles.none}>
        The plan could not be read. {messageOf(first.error)} <Button onClick={() => first.refetch()}>Try again</Button>
      </p>
    )
  }
  const total = first.data?.total ?? 0
  const shown = Math.min(total, planRowsShown)
  if (first.data && total === 0) return <p className={styles.none}>{noneText(outcome)}</p>
  const pages = Array.from({ length: Math.ceil(shown / planPageRows) }, (_, page) => page)
  const inView = pagesInView(view.top, view.height, shown)
  const onScroll = (event: UIEvent<HTMLElement>) => {
    const { scrollTop, clientHeight } = event.currentTarget
    setView((before) => {
      const now = { top: scrollTop, height: clientHeight }
      const [from, to] = pagesInView(before.top, before.height, shown)
      const [nowFrom, nowTo] = pagesInView(now.top, now.height, shown)
      return from === nowFrom && to === nowTo ? before : now
    })
  }
  return (
    <>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
      <section className={styles.scroll} aria-label="Drafts of the plan" tabIndex={0} onScroll={onScroll}>
        <table
          className={styles.table}
          aria-rowcount={total + 1}
          aria-busy={first.isPlaceholderData || first.isPending}
        >
          <colgroup>
            <col className={styles.rowColumn} />
            <col />
            <col className={styles.modelColumn} />
            <col className={styles.priceColumn} />
            <col className={styles.noteColumn} />
          </colgroup>
          <thead>
            <tr>
              <th scope="col">Row</th>
              <th scope="col">Prompt</th>
              <th scope="col">Model</th>
              <th scope="col" className={styles.number}>
                Price
              </th>
              <th scope="col">Note</th>
            </tr>
          </thead>
          {pages.map((page) =>
            page >= inView[0] && page <= inView[1] ? (
              <Page key={page} plan={plan} page={page} outcome={outcome} />
            ) : (
              <Gap key={page} rows={Math.min(planPageRows, shown - page * planPageRows)} />
            ),
          )}
        </table>
      </section>
      {total > shown && (
        <p className={styles.more}>
          The first {shown.toLocaleString('en-US')} of {total.toLocaleString('en-US')}; all of them are made.
        </p>
      )}
    </>
  )
}

const Gap = ({ rows }: { rows: number }) => (
  <tbody aria-hidden="true">
    <tr>
      <td colSpan={5} className={styles.gap} style={{ height: rows * planRowHeight }} />
    </tr>
  </tbody>
)

const Page = ({ plan, page, outcome }: { plan: Plan; page: number; outcome: PlanRow['outcome'] | undefined }) => {
  const offset = page * planPageRows
  const rows = usePlanRows(plan.planId, offset, planPageRows, outcome)
  if (!rows.data) return <Gap rows={planPageRows} />
  return (
    <tbody>
      {rows.data.rows.map((row, index) => (
        <tr
          key={`${row.row} ${row.variant} ${row.provider}/${row.model} ${row.prompt}`}
          aria-rowindex={offset + index + 2}
        >
          <td>{row.row}</td>
          <td title={row.prompt}>
            {row.variant > 1 && <span className={styles.variant}>variant {row.variant} · </span>}
            {row.prompt}
          </td>
          <td title={`${row.provider}/${row.model}`}>{row.model}</td>
          <td className={styles.number}>{priceOf(row, plan.currency)}</td>
          <td className={classNames(row.outcome === 'blocked' && styles.blocked)} title={row.note ?? undefined}>
            {row.note ?? (row.outcome === 'new' ? '' : row.outcome)}
          </td>
        </tr>
      ))}
    </tbody>
  )
}

const priceOf = (row: PlanRow, currency: string): string => {
  if (row.outcome !== 'new') return ''
  if (row.priceMicros === null) return '?'
  return row.priceMicros === 0 ? 'free' : moneyText(row.priceMicros, currency)
}

const noneText = (outcome: PlanRow['outcome'] | undefined): string => {
  switch (outcome) {
    case 'cached':
      return 'Nothing comes from the cache: none of these was made before.'
    case 'duplicate':
      return 'No two drafts are the same.'
    case 'new':
      return 'Nothing has to be made: every draft is there already.'
    default:
      return 'The sheet gives no draft yet. Look at the problems, the columns and the template.'
  }
}
