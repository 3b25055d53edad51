import type { DeliveryPlan } from '#shared/contract/delivery.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Skeleton } from '../ui/skeleton.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './deliver-dialog.module.css'
import { bytesText } from './delivery-text.ts'

/** What would be written: where, how much, the first names, and everything that is in the way. */
export const DeliveryPreview = ({
  plan,
  isStale,
  error,
  missing,
  onRetry,
}: {
  plan: DeliveryPlan | undefined
  isStale: boolean
  error: string | null
  missing: string | null
  onRetry: () => void
}) => {
  if (missing) return <p className={styles.empty}>{missing}</p>
  if (error !== null) {
    return (
      <div className={styles.empty} role="alert">
        <p className={styles.error}>{error}</p>
        <Button onClick={onRetry}>Try again</Button>
      </div>
    )
  }
  if (!plan) return <Skeleton lines={12} look="box" />
  return (
    <section className={classNames(styles.preview, isStale && styles.stale)} aria-label="Preview" aria-busy={isStale}>
      <p className={styles.target}>{plan.target}</p>
      <p>
        <b>{countText(plan.files, 'file')}</b>
        {plan.unknownSizes < plan.files && `, ${bytesText(plan.bytes)}`}
        {plan.unknownSizes > 0 &&
          (plan.unknownSizes === plan.files
            ? ', all to be made'
            : `; ${countText(plan.unknownSizes, 'file')} to be made`)}
        {plan.present > 0 && `; ${plan.present.toLocaleString('en-US')} of them there already`}
      </p>
      {plan.collisions > 0 && (
        <p className={styles.warn}>
          {countText(plan.collisions, 'name')} would stand twice: -2, -3 is added. Put {'{variant}'} or {'{row}'} into
          the name to tell them apart.
        </p>
      )}
      {plan.problems.map((problem, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: problems repeat, and have no identity but their place
        <p key={index} className={styles.warn}>
          {problem.row !== null && `Row ${problem.row}: `}
          {problem.message}
        </p>
      ))}
      {plan.samples.length > 0 && (
        <>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard */}
          <ol className={styles.names} aria-label="The first names" tabIndex={0}>
            {plan.samples.map((sample) => (
              <li key={sample.path}>
                {sample.path}
                {sample.address !== null && <span className={styles.sentTo}>to {sample.address}</span>}
              </li>
            ))}
          </ol>
          {plan.files > plan.samples.length && (
            <p className={styles.hint}>and {(plan.files - plan.samples.length).toLocaleString('en-US')} more</p>
          )}
        </>
      )}
    </section>
  )
}
