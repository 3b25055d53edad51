import { type ClipboardEvent, type DragEvent, useRef, useState } from 'react'
import { useAddSheet } from '../api/changes.ts'
import { useExamples } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import { notifyError } from '../ui/toast.tsx'
import { base64Of } from './read-sheet.ts'
import styles from './sheet-start.module.css'
import { goTo } from './use-route.ts'

const accepted = '.csv,.tsv,.jsonl,.ndjson,.txt,text/csv,text/tab-separated-values,text/plain'

/** Drop, pick or paste a sheet, or open an example. */
export const SheetStart = ({ isFirst }: { isFirst: boolean }) => {
  const [over, setOver] = useState(false)
  const picker = useRef<HTMLInputElement>(null)
  const add = useAddSheet()

  const open = async (name: string, bytesBase64: string) => {
    const sheet = await add.mutateAsync({ name, bytesBase64 })
    goTo({ page: 'load', sheetId: sheet.id })
  }
  const openFile = async (file: (Blob & { name?: string }) | null | undefined) => {
    if (!file) return
    try {
      await open(file.name ?? 'pasted.txt', await base64Of(file))
    } catch (error) {
      notifyError('The sheet could not be opened', error)
    }
  }
  const onDrop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void openFile(event.dataTransfer.files.item(0))
  }
  const onPaste = (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain')
    const file = event.clipboardData.files.item(0) ?? (text ? new Blob([text], { type: 'text/plain' }) : null)
    void openFile(file)
  }

  return (
    <section
      aria-label="Open a sheet"
      className={classNames(styles.drop, over && styles.over)}
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={onDrop}
      onPaste={onPaste}
    >
      <Icon name="sheet" size={32} />
      <h1 className={styles.title}>{isFirst ? 'Start with a sheet of prompts' : 'Open another sheet'}</h1>
      <p className={styles.text}>
        Drop a CSV, TSV, JSONL or text file here, or paste rows. You see every prompt, the price and the time before
        anything is made.
      </p>
      <div className={styles.actions}>
        <Button look="go" icon="folder" disabled={add.isPending} onClick={() => picker.current?.click()}>
          {add.isPending ? 'Reading the sheet' : 'Choose a sheet'}
        </Button>
        <input
          ref={picker}
          className="visually-hidden"
          type="file"
          accept={accepted}
          tabIndex={-1}
          aria-label="Sheet file"
          onChange={(event) => {
            void openFile(event.target.files?.item(0))
            event.target.value = ''
          }}
        />
      </div>
      <Examples busy={add.isPending} onOpen={(name, bytes) => open(name, bytes)} />
    </section>
  )
}

const Examples = ({
  busy,
  onOpen,
}: {
  busy: boolean
  onOpen: (name: string, bytesBase64: string) => Promise<void>
}) => {
  const examples = useExamples()
  if (!examples.data || examples.data.length === 0) return null
  return (
    <div className={styles.examples}>
      <h2 className="small-heading">Or open an example</h2>
      <ul className={styles.list}>
        {examples.data.map((example) => (
          <li key={example.name}>
            <button
              type="button"
              className={styles.example}
              disabled={busy}
              onClick={() =>
                onOpen(example.name, example.bytesBase64).catch((error) =>
                  notifyError(`The example ${example.name} could not be opened`, error),
                )
              }
            >
              <b>{example.title}</b>
              <span>{example.name}</span>
            </button>
          </li>
        ))}
      </ul>
    </div>
  )
}
