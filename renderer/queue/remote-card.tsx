import { useState } from 'react'
import type { RemoteBatch } from '#shared/contract/remote-batches.ts'
import { useCancelRemote, useLookNow } from '../api/changes.ts'
import { hrefOf } from '../app/router.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Meter } from '../ui/meter.tsx'
import { notifyError } from '../ui/toast.tsx'
import styles from './queue-page.module.css'
import {
  canCancel,
  cancelText,
  doneOf,
  nextLookText,
  outcomeText,
  remoteMoneyText,
  remoteStateText,
} from './remote-text.ts'

/** A batch at a provider: where it stands, what came of it, its money, and what can be done. */
export const RemoteCard = ({ remote, nowMs }: { remote: RemoteBatch; nowMs: number }) => {
  const look = useLookNow()
  const isLost = remote.state === 'lost'
  // A lost one is looked for by its label once more.
  const canLook = remote.state !== 'over' && remote.state !== 'preparing' && remote.state !== 'reading'
  const small = [outcomeText(remote), remoteMoneyText(remote), nextLookText(remote, nowMs)].filter(
    (text) => text !== '',
  )
  return (
    <article className={styles.lane} aria-label={`${remote.label} batch ${remote.remoteBatchId}`}>
      <div className={styles.line}>
        <b>{remote.label}</b>
        <span className={styles.dim}>{remote.model}</span>
        <span className={styles.grow} />
        {canLook && (
          <Button
            look="quiet"
            icon="retry"
            disabled={look.isPending}
            onClick={() =>
              look.mutate(
                { remoteBatchId: remote.remoteBatchId },
                { onError: (error) => notifyError(`${remote.label} could not be asked`, error) },
              )
            }
          >
            Look now
          </Button>
        )}
        {canCancel(remote) && <CancelRemote remote={remote} />}
      </div>
      <p className={isLost ? styles.warn : undefined}>{remoteStateText(remote, nowMs)}</p>
      {remote.state !== 'over' && !isLost && (
        <Meter
          label={`${doneOf(remote)} of ${remote.requests} done`}
          whole={remote.requests}
          parts={[{ look: 'accent', value: doneOf(remote) }]}
        />
      )}
      {remote.message && <p className={styles.warn}>{remote.message}</p>}
      {isLost && <Lost remote={remote} />}
      <p className={styles.dim}>
        <a className={styles.of} href={hrefOf({ page: 'batch', batchId: remote.batchId, tileId: null })}>
          {remote.batch}
        </a>
        {small.map((text) => ` · ${text}`)}
      </p>
    </article>
  )
}

/** Its requests stand among the failures of their batch, where both ways are offered. */
const Lost = ({ remote }: { remote: RemoteBatch }) => (
  <div className={styles.hold}>
    <span>
      A person must decide: send its {remote.requests.toLocaleString('en-US')} requests again, which may pay twice, or
      give them up.
    </span>
    <span className={styles.grow} />
    <Button onClick={() => showFailures(remote.batchId)}>Decide</Button>
  </div>
)

/** Where a batch's failures stand on this page. */
export const failuresId = (batchId: number): string => `failures-of-${batchId}`

function showFailures(batchId: number): void {
  const list = document.getElementById(failuresId(batchId))
  list?.scrollIntoView({ block: 'center' })
  list?.querySelector('button')?.focus()
}

const CancelRemote = ({ remote }: { remote: RemoteBatch }) => {
  const [asks, setAsks] = useState(false)
  const cancel = useCancelRemote()
  const act = () => {
    setAsks(false)
    cancel.mutate(
      { remoteBatchId: remote.remoteBatchId },
      { onError: (error) => notifyError('The batch could not be canceled', error) },
    )
  }
  return (
    <>
      <Button look="quiet" icon="cross" disabled={cancel.isPending} onClick={() => setAsks(true)}>
        Cancel
      </Button>
      <Dialog
        title={`Cancel this batch at ${remote.label}?`}
        open={asks}
        onClose={() => setAsks(false)}
        width="small"
        foot={
          <>
            <Button onClick={() => setAsks(false)}>Let it go on</Button>
            <Button look="danger" onClick={act}>
              Cancel the batch
            </Button>
          </>
        }
      >
        {cancelText(remote)}
      </Dialog>
    </>
  )
}
