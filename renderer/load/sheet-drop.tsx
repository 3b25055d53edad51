import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './sheet-drop.module.css'
import { type SheetLoader, useSheetLoader } from './use-sheet-loader.ts'

/** What a picker of sheets offers. */
export const acceptedSheets =
  '.csv,.tsv,.jsonl,.ndjson,.json,.xlsx,.md,.txt,text/csv,text/tab-separated-values,text/plain'
const editable = 'input, textarea, select, [contenteditable], [role=dialog]'

/** Makes the whole window a place to drop a sheet on, or to paste one into (outside of text fields), while it is shown. */
export const SheetDropZone = ({ children }: { children: ReactNode }) => {
  const { isLoading, loadFile, loadText } = useSheetLoader()
  const isOver = useWindowDrop(loadFile)
  usePaste(loadFile, loadText)
  return (
    <>
      {children}
      {(isOver || isLoading) && (
        <div className={styles.veil} role="status">
          <div className={styles.place}>
            <Icon name="sheet" size={32} />
            <b>{isLoading ? 'Reading the sheet' : 'Let go to open the sheet'}</b>
            <span>XLSX, CSV, TSV, JSON, Markdown or text, one prompt a line</span>
          </div>
        </div>
      )}
    </>
  )
}

/** A button that lets a person choose a file. */
export const SheetPicker = ({
  loader,
  look = 'plain',
  children,
}: {
  loader: SheetLoader
  look?: 'plain' | 'go' | 'quiet'
  children: ReactNode
}) => {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <span className={classNames(styles.picker)}>
      <Button look={look} icon="folder" disabled={loader.isLoading} onClick={() => picker.current?.click()}>
        {loader.isLoading ? 'Reading the sheet' : children}
      </Button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        accept={acceptedSheets}
        tabIndex={-1}
        aria-label="Sheet file"
        onChange={(event) => {
          const file = event.target.files?.item(0)
          if (file) loader.loadFile(file)
          event.target.value = ''
        }}
      />
    </span>
  )
}

/** Whether a file is over the window. Enter and leave come for every element in between, so they are counted. */
export function useWindowDrop(onFile: SheetLoader['loadFile']): boolean {
  const [isOver, setOver] = useState(false)
  const newest = useRef(onFile)
  useEffect(() => {
    newest.current = onFile
  })
  useEffect(() => {
    let depth = 0
    const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes('Files') ?? false
    const on = (step: number) => (event: DragEvent) => {
      if (!hasFiles(event)) return
      event.preventDefault()
      depth = step === 0 ? depth : Math.max(0, depth + step)
      setOver(depth > 0)
    }
    const enter = on(1)
    const over = on(0)
    const leave = on(-1)
    const drop = (event: DragEvent) => {
      depth = 0
      setOver(false)
      const file = event.dataTransfer?.files.item(0)
      // Pictures and folders are for the part of the page that takes them.
      if (!file || event.defaultPrevented || file.type.startsWith('image/')) return
      event.preventDefault()
      newest.current(file)
    }
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragover', over)
    window.addEventListener('dragleave', leave)
    window.addEventListener('drop', drop)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragover', over)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('drop', drop)
    }
  }, [])
  return isOver
}

function usePaste(onFile: SheetLoader['loadFile'], onText: SheetLoader['loadText']): void {
  const newest = useRef({ onFile, onText })
  useEffect(() => {
    newest.current = { onFile, onText }
  })
  useEffect(() => {
    const paste = (event: ClipboardEvent) => {
      if (event.defaultPrevented) return
      if (event.target instanceof Element && event.target.closest(editable)) return
      const file = event.clipboardData?.files.item(0)
      const text = event.clipboardData?.getData('text/plain') ?? ''
      if (text.trim() !== '') newest.current.onText(text)
      else if (file) newest.current.onFile(file)
      else return
      event.preventDefault()
    }
    window.addEventListener('paste', paste)
    return () => window.removeEventListener('paste', paste)
  }, [])
}
