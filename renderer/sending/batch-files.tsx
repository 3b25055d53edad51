import { useState } from 'react'
import type { Plan } from '#shared/contract/plans.ts'
import { messageOf } from '#shared/errors.ts'
import { useWriteBatchFiles } from '../api/changes.ts'
import { abilities } from '../api/host.ts'
import { bytesText } from '../deliver/delivery-text.ts'
import { useCommands } from '../keys/command-center.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { PathField } from '../ui/path-field.tsx'
import { Table } from '../ui/table.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './batch-files.module.css'

/** A button that writes a plan's requests as files for batch services, to be sent by something else. */
export const BatchFiles = ({ plan, isStale }: { plan: Plan; isStale: boolean }) => {
  const [open, setOpen] = useState(false)
  useCommands({ writeBatchFiles: () => setOpen(true) })
  return (
    <>
      <Button look="quiet" icon="deliver" disabled={isStale} onClick={() => setOpen(true)}>
        Write batch files
      </Button>
      {open && <BatchFilesDialog plan={plan} onClose={() => setOpen(false)} />}
    </>
  )
}

const BatchFilesDialog = ({ plan, onClose }: { plan: Plan; onClose: () => void }) => {
  const [folder, setFolder] = useState('')
  const write = useWriteBatchFiles()
  const written = write.data
  const requests = plan.batch?.requests ?? 0
  return (
    <Dialog
      title={written ? 'The batch files are written' : 'Write batch files'}
      description="For a batch service that something else sends them to. Nothing is sent or paid from here."
      open
      onClose={onClose}
      foot={
        written ? (
          <Button onClick={onClose}>Close</Button>
        ) : (
          <>
            {write.isError && (
              <span className={styles.error} role="alert">
                Nothing was written. {messageOf(write.error)}
              </span>
            )}
            <Button onClick={onClose}>Cancel</Button>
            <Button
              look="go"
              disabled={folder.trim() === '' || write.isPending}
              onClick={() => write.mutate({ planId: plan.planId, folder: folder.trim() })}
            >
              {write.isPending ? 'Writing' : `Write ${countText(requests, 'request')}`}
            </Button>
          </>
        )
      }
    >
      {written ? (
        <>
          <Table
            caption="Batch files"
            rows={written.files}
            keyOf={(file) => file.path}
            columns={[
              { title: 'File', grow: true, cell: (file) => <span className={styles.file}>{file.path}</span> },
              { title: 'Model', cell: (file) => file.model },
              { title: 'Requests', number: true, cell: (file) => file.requests.toLocaleString('en-US') },
              { title: 'Size', number: true, cell: (file) => bytesText(file.bytes) },
            ]}
          />
          {written.left.map(({ message, count }) => (
            <p key={message} className={styles.note}>
              {countText(count, 'request')} left out: {message}.
            </p>
          ))}
          <p className={styles.note}>
            Make the batch here too, then bring its results in: “Read in batch results” in the batch’s menu of views.
          </p>
        </>
      ) : (
        <PathField
          label="Folder"
          value={folder}
          hint="A file for each model, in the form that its service takes; a file of the same name is replaced."
          choose={abilities.chooseFolder}
          onChange={setFolder}
        />
      )}
    </Dialog>
  )
}
