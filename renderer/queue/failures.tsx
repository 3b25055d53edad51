import { useState } from 'react'
import type { z } from 'zod'
import type { failureGroup } from '#shared/contract/generation.ts'
import type { Route } from '#shared/contract/wishes.ts'
import { messageOf } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import { useDismiss, useResolveUnknown, useRetry } from '../api/changes.ts'
import { useFailures } from '../api/queries.ts'
import { OtherModelDialog } from '../review/other-model-dialog.tsx'
import { Button } from '../ui/button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { countText } from '../ui/time-text.ts'
import { notifyError } from '../ui/toast.tsx'
import { FailedTiles } from './failed-tiles.tsx'
import styles from './queue-page.module.css'
import { causeTitle } from './queue-text.ts'

export type FailureGroup = z.infer<typeof failureGroup>

/** The failures of a batch by cause, each with what can be done about all of them. */
export const Failures = ({ batchId, currency }: { batchId: number; currency: string }) => {
  const failures = useFailures(batchId)
  if (failures.isError) {
    return (
      <p className={styles.warn}>
        The failures could not be read. {messageOf(failures.error)}{' '}
        <Button onClick={() => failures.refetch()}>Try again</Button>
      </p>
    )
  }
  if (!failures.data) return <Skeleton lines={2} />
  return (
    <ul className={styles.groups} aria-label="Failures by cause">
      {failures.data.groups.map((group) => (
        <li key={`${group.code} ${group.message}`} className={styles.group}>
          <Group batchId={batchId} group={group} currency={currency} />
        </li>
      ))}
    </ul>
  )
}

const Group = ({ batchId, group, currency }: { batchId: number; group: FailureGroup; currency: string }) => {
  const [open, setOpen] = useState(false)
  const [choosing, setChoosing] = useState(false)
  const isUnknown = group.code === 'outcome-unknown'
  return (
    <>
      <div className={styles.line}>
        <b className={styles.warn}>
          {causeTitle(group.code)} <span className={styles.count}>{group.count.toLocaleString('en-US')}</span>
        </b>
        <span className={styles.grow} />
        {isUnknown ? (
          <UnknownActions group={group} />
        ) : (
          <FailedActions batchId={batchId} group={group} currency={currency} onOtherModel={() => setChoosing(true)} />
        )}
      </div>
      <p className={styles.message}>
        {group.message}
        {isUnknown && group.atRiskMicros > 0 && (
          <> They may have cost {moneyText(group.atRiskMicros, currency)}, which stays counted against the cap.</>
        )}
      </p>
      <Button
        look="quiet"
        className={styles.disclose}
        icon={open ? 'chevronDown' : 'chevronRight'}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {open ? 'Hide' : 'Show'} {countText(group.count, 'prompt')}
        {!open && !isUnknown && ' to edit'}
      </Button>
      {open && <FailedTiles batchId={batchId} tileIds={group.tileIds} canEdit={!isUnknown} />}
      {choosing && (
        <OtherModelDialog tileIds={group.tileIds} title={causeTitle(group.code)} onClose={() => setChoosing(false)} />
      )}
    </>
  )
}

const FailedActions = ({
  batchId,
  group,
  currency,
  onOtherModel,
}: {
  batchId: number
  group: FailureGroup
  currency: string
  onOtherModel: () => void
}) => {
  const retry = useRetry()
  const dismiss = useDismiss()
  const busy = retry.isPending || dismiss.isPending
  const tryAgain = (route?: Route) =>
    retry.mutate(
      { batchId, jobIds: group.jobIds, ...(route && { route }) },
      { onError: (error) => notifyError('They could not be tried again', error) },
    )
  return (
    <>
      <Button icon="retry" disabled={busy} onClick={() => tryAgain()}>
        {group.liveMicros !== undefined ? 'In a batch' : group.count === 1 ? 'Retry' : 'Retry all'}
      </Button>
      {group.liveMicros !== undefined && (
        <Button disabled={busy} onClick={() => tryAgain('live')}>
          Now, {group.liveMicros === null ? 'no price' : moneyText(group.liveMicros, currency)}
        </Button>
      )}
      <Button disabled={busy} onClick={onOtherModel}>
        Other model
      </Button>
      <Button
        look="quiet"
        disabled={busy}
        onClick={() =>
          dismiss.mutate(
            { tileIds: group.tileIds },
            { onError: (error) => notifyError('They could not be dismissed', error) },
          )
        }
      >
        Dismiss
      </Button>
    </>
  )
}

const UnknownActions = ({ group }: { group: FailureGroup }) => {
  const resolve = useResolveUnknown()
  const act = (action: 'retry' | 'dismiss') =>
    resolve.mutate(
      { jobIds: group.jobIds, action },
      { onError: (error) => notifyError('Their outcome could not be settled', error) },
    )
  return (
    <>
      <Button icon="retry" disabled={resolve.isPending} onClick={() => act('retry')}>
        Retry, may pay again
      </Button>
      <Button look="quiet" disabled={resolve.isPending} onClick={() => act('dismiss')}>
        Give up
      </Button>
    </>
  )
}
