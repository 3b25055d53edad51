import { useState } from 'react'
import { messageOf } from '#shared/errors.ts'
import { nameMistakes, ownPlaceholders } from '#shared/filename-template.ts'
import { useChangeSettings, useStartDelivery } from '../api/changes.ts'
import {
  useBatch,
  useDeliveries,
  useDeliveryPlan,
  useLastDelivery,
  useLibrary,
  useOptionalSheet,
  useSettings,
} from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { countText, dayText } from '../ui/time-text.ts'
import { notifyError } from '../ui/toast.tsx'
import { useDebounced } from '../ui/use-debounced.ts'
import { emptyBucket } from './bucket-wish.ts'
import styles from './deliver-dialog.module.css'
import { DeliveryForm } from './delivery-form.tsx'
import { DeliveryPreview } from './delivery-preview.tsx'
import { DeliveryResult } from './delivery-result.tsx'
import {
  emptyAddresses,
  nameColumns,
  settingsOf,
  suggestedFolder,
  type TypedDelivery,
  typedFrom,
} from './delivery-text.ts'
import { tellWhenDone } from './tell-when-done.ts'

/** From an approved set to a folder or a bucket: where to, how files are named, what it will write; then how it went. */
export const DeliverDialog = ({ batchId, open, onClose }: { batchId: number; open: boolean; onClose: () => void }) => {
  const batch = useBatch(open ? batchId : null).data
  const settings = useSettings()
  const library = useLibrary()
  const last = useLastDelivery(open ? batchId : null)
  if (!open) return null
  if (!settings.data || !library.data || !batch || last.data === undefined) {
    const failed = settings.error ?? library.error ?? last.error
    return (
      <Dialog title="Deliver" open onClose={onClose} width="wide">
        {failed ? <p className={styles.error}>{messageOf(failed)}</p> : <Skeleton lines={10} look="box" />}
      </Dialog>
    )
  }
  const usualFolder = settings.data.deliveryFolder ?? suggestedFolder(library.data.folder)
  return (
    <OpenDialog
      name={batch.batch}
      sheetId={batch.sheetId}
      axes={(batch.settings.axes ?? []).map((axis) => axis.name)}
      first={
        last.data
          ? typedFrom(last.data, usualFolder)
          : { ...firstDelivery, batchId, folder: usualFolder, nameTemplate: settings.data.nameTemplate }
      }
      onClose={onClose}
    />
  )
}

const missingText: Record<TypedDelivery['to'], string> = {
  folder: 'Choose a folder to see what would be written.',
  bucket: 'Choose a bucket to see what would be written.',
  addresses: 'Give the addresses and a folder for the manifest to see what would be sent.',
}

/** Where a library without a delivery begins. */
const firstDelivery: Omit<TypedDelivery, 'batchId' | 'folder' | 'nameTemplate'> = {
  to: 'folder',
  bucket: emptyBucket,
  addresses: emptyAddresses,
  layout: 'approved',
  stage: 'best',
  column: null,
  numberStart: 1,
  outputs: [],
  links: 'copy',
  sidecars: false,
  contactSheet: false,
  checksums: true,
}

/** How long nothing must change before names are previewed again; a bucket half typed is another bucket. */
const quietMs = 250
const quietBucketMs = 1200

const OpenDialog = ({
  name,
  sheetId,
  axes,
  first,
  onClose,
}: {
  name: string
  sheetId: number | null
  axes: readonly string[]
  first: TypedDelivery
  onClose: () => void
}) => {
  const [wish, setWish] = useState(first)
  const [deliveryId, setDeliveryId] = useState<number | null>(null)
  const last = useDeliveries(first.batchId).data?.find((delivery) => delivery.state === 'done')
  const settled = useDebounced(wish, wish.to === 'bucket' ? quietBucketMs : quietMs)
  const sheet = useOptionalSheet(sheetId).data
  const known = [...ownPlaceholders, ...nameColumns([...(sheet?.columns.map((column) => column.name) ?? []), ...axes])]
  // Without the sheet its columns are not known, and the engine's own preview tells of mistakes.
  const [mistake] = sheet ? nameMistakes(wish.nameTemplate, known) : []
  const complete = settled.nameTemplate.trim() === '' ? null : settingsOf(settled)
  const query = useDeliveryPlan(complete)
  const start = useStartDelivery()
  const remember = useChangeSettings()
  const plan = complete ? query.data : undefined
  const isStale = settled !== wish || query.isFetching || query.isPlaceholderData
  const canStart =
    plan !== undefined && !isStale && !query.isError && plan.samples.length > 0 && !mistake && !start.isPending

  const deliver = () => {
    const settings = settingsOf(wish)
    if (!canStart || !settings) return
    start.mutate(settings, {
      onSuccess: (started) => {
        setDeliveryId(started.deliveryId)
        // Nobody waits for it; a host that is gone has nothing to tell.
        tellWhenDone(started.deliveryId, name).catch(() => undefined)
        remember.mutate(
          { ...(wish.to === 'bucket' ? {} : { deliveryFolder: wish.folder.trim() }), nameTemplate: wish.nameTemplate },
          { onError: (error) => notifyError('The folder will not be remembered', error) },
        )
      },
    })
  }

  if (deliveryId !== null) {
    return <DeliveryResult deliveryId={deliveryId} name={name} onAgain={() => setDeliveryId(null)} onClose={onClose} />
  }
  return (
    <Dialog
      title={`Deliver ${name}`}
      description="Writes the pictures and a manifest to a folder, a bucket or addresses. Run again, it writes only what is missing."
      open
      onClose={onClose}
      width="wide"
      foot={
        <>
          {start.isError && (
            <p className={styles.footError} role="alert">
              {messageOf(start.error)}
            </p>
          )}
          <Button onClick={onClose}>Not now</Button>
          <Button look="go" icon="deliver" disabled={!canStart} onClick={deliver}>
            {start.isPending ? 'Starting' : plan ? `Deliver ${countText(plan.files, 'file')}` : 'Deliver'}
          </Button>
        </>
      }
    >
      <div className={styles.halves}>
        <DeliveryForm
          wish={wish}
          columns={sheet?.columns ?? []}
          known={known}
          mistake={mistake}
          before={last ? `Delivered before to ${last.target}, ${dayText(last.startedMs, Date.now())}.` : null}
          onChange={setWish}
        />
        <DeliveryPreview
          plan={plan}
          isStale={isStale}
          error={query.isError ? messageOf(query.error) : null}
          missing={
            settingsOf(wish) === null
              ? missingText[wish.to]
              : wish.nameTemplate.trim() === ''
                ? 'Write a name template to see the names.'
                : mistake
                  ? 'Correct the name template to see the names.'
                  : null
          }
          onRetry={() => query.refetch()}
        />
      </div>
    </Dialog>
  )
}
