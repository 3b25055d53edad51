import { useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { ReadResults } from '#shared/contract/remote-batches.ts'
import { messageOf } from '#shared/errors.ts'
import { useReadResults } from '../api/changes.ts'
import { abilities } from '../api/host.ts'
import { useProviders } from '../api/queries.ts'
import { useCommands } from '../keys/command-center.tsx'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { MoneyField } from '../ui/money-field.tsx'
import { PathField } from '../ui/path-field.tsx'
import { Select } from '../ui/select.tsx'
import { countText } from '../ui/time-text.ts'
import { notify } from '../ui/toast.tsx'
import styles from './batch-files.module.css'

/** Reads a results file of a batch service, which something else sent, back into a batch; the pictures are in the grid then. */
export const ReadResultsDialog = ({
  batch,
  open,
  onOpenChange,
}: {
  batch: BatchStatus
  open: boolean
  onOpenChange: (open: boolean) => void
}) => {
  useCommands({ readBatchResults: () => onOpenChange(true) })
  return open && <Fields batch={batch} onClose={() => onOpenChange(false)} />
}

const Fields = ({ batch, onClose }: { batch: BatchStatus; onClose: () => void }) => {
  const [path, setPath] = useState('')
  const [priceMicros, setPriceMicros] = useState<number | null>(null)
  const providers = useProviders().data ?? []
  const own = [...new Set(batch.settings.profiles.map(({ provider }) => provider))]
  const [provider, setProvider] = useState(own[0])
  const read = useReadResults()
  const start = () =>
    read.mutate(
      {
        batchId: batch.batchId,
        path: path.trim(),
        provider: own.length > 1 ? (provider ?? null) : null,
        priceMicros: priceMicros ?? 0,
      },
      {
        onSuccess: (answer) => {
          notify({ title: readText(answer, batch.batch), text: restText(answer) })
          onClose()
        },
      },
    )
  return (
    <Dialog
      title="Read in batch results"
      description={`What a batch service made of ${batch.batch}’s requests elsewhere. Drafts that wait, failed or were canceled get their pictures from it.`}
      open
      onClose={onClose}
      foot={
        <>
          {read.isError && (
            <span className={styles.error} role="alert">
              Nothing was read. {messageOf(read.error)}
            </span>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button look="go" disabled={path.trim() === '' || read.isPending} onClick={start}>
            {read.isPending ? 'Reading' : 'Read in'}
          </Button>
        </>
      }
    >
      <div className={styles.fields}>
        <PathField
          label="Results file"
          value={path}
          hint="The service’s own output, a line of JSON for each request. Each is known by its id."
          choose={abilities.chooseFile}
          onChange={setPath}
        />
        {own.length > 1 && (
          <Select
            label="Whose results"
            value={provider ?? ''}
            choices={own.map((id) => ({
              value: id,
              label: providers.find((each) => each.id === id)?.label ?? id,
            }))}
            onChange={setProvider}
          />
        )}
        <MoneyField
          label="What each picture cost"
          value={priceMicros}
          placeholder="0"
          hint="Counted as spent for this batch. Empty: nothing was paid from here."
          onChange={setPriceMicros}
        />
      </div>
    </Dialog>
  )
}

const readText = ({ made }: ReadResults, batch: string): string => `${countText(made, 'picture')} came into ${batch}`

const restText = ({ failed, known, foreign }: ReadResults): string =>
  [
    failed > 0 ? `${countText(failed, 'request')} failed` : '',
    known > 0 ? `${countText(known, 'line')} of what is there, or out, already` : '',
    foreign > 0 ? `${countText(foreign, 'line')} of nothing in this batch` : '',
  ]
    .filter((part) => part !== '')
    .join(', ')
