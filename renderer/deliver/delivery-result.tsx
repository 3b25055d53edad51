import { messageOf } from '#shared/errors.ts'
import { useBucketLinks } from '../api/changes.ts'
import { abilities } from '../api/host.ts'
import { useDeliveredFiles, useDelivery } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Facts } from '../ui/table.tsx'
import { countText } from '../ui/time-text.ts'
import { notify, notifyError } from '../ui/toast.tsx'
import styles from './deliver-dialog.module.css'

/** The most that S3 lets a link live. */
const linkDays = 7

/** A delivery while it is written, and what came of it. Closing the dialog does not stop it. */
export const DeliveryResult = ({
  deliveryId,
  name,
  onAgain,
  onClose,
}: {
  deliveryId: number
  name: string
  onAgain: () => void
  onClose: () => void
}) => {
  const query = useDelivery(deliveryId)
  const delivery = query.data
  const { reveal } = abilities
  const isRunning = delivery?.state === 'running'
  const isBucket = delivery?.to === 'bucket'
  const isFar = isBucket || delivery?.to === 'addresses'
  const files = useDeliveredFiles(isFar && delivery?.state === 'done' ? deliveryId : null).data?.files ?? []
  const links = useBucketLinks()
  const copyLinks = () =>
    links.mutate(
      { deliveryId, days: linkDays },
      {
        onSuccess: ({ files }) => copy(files.map(({ link }) => link).join('\n'), 'The links are copied'),
        onError: (error) => notifyError('No links could be made', error),
      },
    )
  const copy = (path: string, done: string) => {
    navigator.clipboard
      .writeText(path)
      .then(() => notify({ title: done }))
      .catch((error) => notifyError('It could not be copied', error))
  }
  return (
    <Dialog
      title={
        delivery?.state === 'done'
          ? `${name} is delivered`
          : isRunning || !delivery
            ? `Delivering ${name}`
            : `${name} was not delivered`
      }
      open
      onClose={onClose}
      foot={
        delivery && (
          <>
            {delivery.state === 'failed' && <Button onClick={onAgain}>Back</Button>}
            {isFar && files.length > 0 ? (
              <Button
                icon="copy"
                onClick={() =>
                  copy(
                    files.map(({ address }) => address).join('\n'),
                    `${countText(files.length, 'address', 'addresses')} copied`,
                  )
                }
              >
                Copy addresses
              </Button>
            ) : (
              <Button
                icon="copy"
                onClick={() => copy(delivery.target, isBucket ? 'The address is copied' : 'The path is copied')}
              >
                {isBucket ? 'Copy the address' : 'Copy the path'}
              </Button>
            )}
            {isBucket && delivery.state === 'done' && (
              <Button icon="copy" disabled={links.isPending} onClick={copyLinks}>
                Copy links for {linkDays} days
              </Button>
            )}
            {reveal && !isBucket && delivery.state === 'done' && (
              <Button
                icon="folder"
                onClick={() => {
                  reveal(delivery.target).catch((error) => notifyError('The folder could not be shown', error))
                }}
              >
                Show the folder
              </Button>
            )}
            <Button look="go" onClick={onClose}>
              {isRunning ? 'Close, it goes on' : 'Done'}
            </Button>
          </>
        )
      }
    >
      {query.isError && <p className={styles.error}>{messageOf(query.error)}</p>}
      {!delivery && !query.isError && <Skeleton lines={4} />}
      {delivery && (
        <div className={styles.result} aria-live="polite">
          {isRunning && (
            <>
              <p>
                {(delivery.written + delivery.skipped + delivery.failed).toLocaleString('en-US')} of{' '}
                {countText(delivery.files, 'file')}
              </p>
              <Progress
                label="Files written"
                value={delivery.written + delivery.skipped + delivery.failed}
                max={delivery.files}
              />
            </>
          )}
          {delivery.state === 'done' && (
            <p className={styles.ok}>
              <Icon name="check" /> {countText(delivery.files - delivery.failed, 'file')} and the manifest are there.
            </p>
          )}
          {delivery.error && <p className={styles.error}>{delivery.error}</p>}
          {delivery.notes.map((note) => (
            <p key={note} className={styles.hint}>
              {note}
            </p>
          ))}
          <Facts
            facts={[
              [
                isBucket ? 'Bucket' : delivery.to === 'addresses' ? 'Manifest folder' : 'Folder',
                <code key="target">{delivery.target}</code>,
              ],
              ['Written', delivery.written.toLocaleString('en-US')],
              ['There before', delivery.skipped > 0 ? delivery.skipped.toLocaleString('en-US') : null],
              ['Failed', delivery.failed > 0 ? delivery.failed.toLocaleString('en-US') : null],
              ['Manifest', delivery.manifest && <code key="manifest">{delivery.manifest}</code>],
            ]}
          />
        </div>
      )}
    </Dialog>
  )
}
