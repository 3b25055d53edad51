import { type ReactNode, useRef, useState } from 'react'
import type { SheetComparison } from '#shared/contract/batches.ts'
import { useAddSheet, useCompareSheet, useWriteSheet } from '../api/changes.ts'
import { Icon } from '../ui/icon.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { notify, notifyError } from '../ui/toast.tsx'
import { base64Of } from './base64.ts'
import dropStyles from './sheet-drop.module.css'
import { acceptedSheets, useWindowDrop } from './sheet-drop.tsx'
import { UpdateDialog } from './update-dialog.tsx'
import { useWatchedFile } from './use-watched-file.ts'

/** A batch as a place to drop a newer version of its sheet on: what differs, what it costs, and then the update. */
export const SheetUpdate = ({
  batchId,
  children,
}: {
  batchId: number
  /** Draws the menu that has these items, beside others. */
  children: (items: readonly MenuItem[]) => ReactNode
}) => {
  const write = useWriteSheet()
  const add = useAddSheet()
  const compare = useCompareSheet()
  const [found, setFound] = useState<{ name: string; compared: SheetComparison } | null>(null)
  const isBusy = add.isPending || compare.isPending
  const read = async (name: string, file: Blob) => {
    const sheet = await add.mutateAsync({ name, bytesBase64: await base64Of(file) })
    const compared = await compare.mutateAsync({ batchId, sheetId: sheet.id })
    setFound({ name, compared })
  }
  const picker = useRef<HTMLInputElement>(null)
  const open = (file: Blob & { readonly name?: string }) => {
    const name = file.name ?? 'sheet.txt'
    read(name, file).catch((error: unknown) => notifyError(`${name} could not be compared`, error))
  }
  const isOver = useWindowDrop(open)
  // Nothing opens over her work by itself, and nothing is made: the notice leads to what differs.
  const watched = useWatchedFile(
    (file) =>
      notify({
        title: `${file.name} was saved`,
        text: 'Only what is new or changed would be made.',
        action: { label: 'See what differs', run: () => open(file) },
      }),
    (name, error) => notifyError(`${name} is not watched any longer`, error),
  )
  const watch = () =>
    watched.choose().catch((error: unknown) => {
      if (error instanceof DOMException && error.name === 'AbortError') return
      notifyError('The file could not be watched', error)
    })
  const items: readonly MenuItem[] = [
    { label: 'Load a newer sheet…', icon: 'sheet', onSelect: () => picker.current?.click() },
    ...(watched.canWatch
      ? [
          watched.name === null
            ? { label: 'Watch the sheet’s file…', icon: 'retry' as const, onSelect: () => void watch() }
            : { label: `Stop watching ${watched.name}`, icon: 'cross' as const, onSelect: watched.end },
        ]
      : []),
    {
      label: 'Write the sheet back',
      icon: 'deliver',
      onSelect: () =>
        write.mutate(
          { batchId },
          {
            onSuccess: ({ name, bytesBase64 }) => download(name, bytesBase64),
            onError: (error) => notifyError('The sheet could not be written', error),
          },
        ),
    },
  ]
  return (
    <>
      {children(items)}
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept={acceptedSheets}
        tabIndex={-1}
        aria-label="Newer sheet file"
        onChange={(event) => {
          const file = event.target.files?.item(0)
          if (file) open(file)
          event.target.value = ''
        }}
      />
      {(isOver || isBusy) && (
        <div className={dropStyles.veil} role="status">
          <div className={dropStyles.place}>
            <Icon name="sheet" size={32} />
            <b>{isBusy ? 'Comparing the sheets' : 'Let go to compare it with this batch’s sheet'}</b>
            <span>Only what is new or changed is made; nothing is sent before you have seen it</span>
          </div>
        </div>
      )}
      {found && <UpdateDialog {...found} onClose={() => setFound(null)} />}
    </>
  )
}

/** Saved by the browser as any download; the window of the desktop asks where. */
function download(name: string, bytesBase64: string): void {
  const bytes = Uint8Array.from(atob(bytesBase64), (letter) => letter.charCodeAt(0))
  const url = URL.createObjectURL(new Blob([bytes], { type: 'application/octet-stream' }))
  const link = document.createElement('a')
  link.href = url
  link.download = name
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 10_000)
}
