import { useState } from 'react'
import type { SheetComparison } from '#shared/contract/batches.ts'
import { messageOf } from '#shared/errors.ts'
import { useUpdateBatch } from '../api/changes.ts'
import { useProviders } from '../api/queries.ts'
import { RouteChoice } from '../sending/route-choice.tsx'
import { atOnce, runChoice, type SendChoice, sendingOf } from '../sending/sending.ts'
import { updateText } from '../sending/sending-text.ts'
import { StartChoice } from '../sending/start-choice.tsx'
import { useSpendGuard } from '../settings/spend-guard.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { countText } from '../ui/time-text.ts'
import { useNow } from '../ui/use-now.ts'
import { Differences } from './differences.tsx'
import styles from './sheet-update.module.css'

/** What a newer sheet changes, what that costs by the way it is to be made, and the button that does it. */
export const UpdateDialog = ({
  name,
  compared,
  onClose,
}: {
  name: string
  compared: SheetComparison
  onClose: () => void
}) => {
  const update = useUpdateBatch()
  const providers = useProviders().data ?? []
  const [choice, setChoice] = useState(() => lastSent(compared))
  const { guard, dialog } = useSpendGuard()
  const { plan, added, changed, removed, returned } = compared
  const sending = sendingOf(plan, choice)
  const nowMs = useNow(choice.start.kind === 'at', 15_000)
  const differs = added + changed + removed + returned > 0
  const columns = [
    ...compared.columns.added.map((column) => `new column ${column}`),
    ...compared.columns.removed.map((column) => `without column ${column}`),
  ]
  const start = () =>
    guard(sending.highestMicros, () =>
      update.mutate(
        // Without a model of its own way, none has one: what is left out would stay as it was.
        { planId: plan.planId, highestMicros: plan.highestMicros, routes: {}, ...runChoice(plan, choice) },
        { onSuccess: onClose },
      ),
    )
  return (
    <Dialog
      title={`A newer sheet: ${name}`}
      description={differs ? `${countText(compared.same, 'row')} the same.` : 'No row differs.'}
      open
      onClose={onClose}
      width="wide"
      foot={
        <>
          {update.isError && (
            <span className={styles.error} role="alert">
              Nothing was changed. {messageOf(update.error)}
            </span>
          )}
          {plan.requests > 0 && (
            <StartChoice start={choice.start} onChange={(start) => setChoice({ ...choice, start })} />
          )}
          <Button onClick={onClose}>Leave it as it is</Button>
          <Button look="go" disabled={update.isPending} onClick={start}>
            {update.isPending
              ? 'Bringing it there'
              : plan.requests === 0
                ? 'Update the batch, nothing to make'
                : updateText(plan, sending, choice.start, nowMs)}
          </Button>
        </>
      }
    >
      <dl className={styles.counts}>
        <Count name="Added" count={added} />
        <Count name="Changed" count={changed} />
        <Count name="Removed" count={removed} />
        {returned > 0 && <Count name="Back again" count={returned} />}
        <Count name="Drafts that stay" count={compared.keptTiles} />
        <Count name="From the cache" count={plan.cached} />
      </dl>
      <p className={styles.note}>
        {compared.asideTiles > 0 &&
          `${countText(compared.asideTiles, 'draft')} will be out of view and out of deliveries, with their pictures and decisions kept. `}
        {compared.canceled > 0 && `${countText(compared.canceled, 'draft')} still waiting will not be made. `}
        {columns.length > 0 && `It comes ${columns.join(', ')}.`}
      </p>
      {plan.problems.slice(0, 5).map(({ row, message }) => (
        <p key={`${row} ${message}`} className={styles.problem}>
          {row === null ? message : `Row ${row}: ${message}`}
        </p>
      ))}
      <div className={styles.route}>
        <RouteChoice
          plan={plan}
          sending={sending}
          choice={choice}
          providers={providers}
          isStale={false}
          onChange={setChoice}
        />
      </div>
      <Differences planId={plan.planId} compared={compared} />
      {dialog}
    </Dialog>
  )
}

/** As the batch was sent before, unless that time is over. */
function lastSent({
  sending: { route = atOnce.route, routes = atOnce.routes, start = atOnce.start },
}: SheetComparison): SendChoice {
  const isOver = start.kind === 'at' && start.atMs <= Date.now()
  return { route, routes, start: isOver ? atOnce.start : start }
}

const Count = ({ name, count }: { name: string; count: number }) => (
  <div className={styles.count}>
    <dt>{name}</dt>
    <dd>{count.toLocaleString('en-US')}</dd>
  </div>
)
