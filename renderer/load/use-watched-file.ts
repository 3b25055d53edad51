import { useEffect, useRef, useState } from 'react'
import { hasMessagePort } from '../api/host.ts'

declare global {
  interface Window {
    /** Where a page may read a chosen file again after it was saved: Chromium's browsers (File System Access, 2026-11). */
    showOpenFilePicker?: () => Promise<FileSystemFileHandle[]>
  }
}

const lookEveryMs = 1000

export interface WatchedFile {
  /** Whether this browser can read a file again; elsewhere a newer version has to be dropped or chosen. */
  readonly canWatch: boolean
  /** The file's name while it is watched. */
  readonly name: string | null
  readonly choose: () => Promise<void>
  readonly end: () => void
}

/**
 * Watches a file that a person chooses, as long as this page is open, and gives each version once nothing was written to it
 * for a second. `onLost`: it cannot be read any longer, and is not watched from then on.
 */
export function useWatchedFile(
  onSaved: (file: File) => void,
  onLost: (name: string, error: unknown) => void,
): WatchedFile {
  const [handle, setHandle] = useState<FileSystemFileHandle | null>(null)
  const newest = useRef({ onSaved, onLost })
  useEffect(() => {
    newest.current = { onSaved, onLost }
  })
  useEffect(() => {
    if (!handle) return
    let taken: string | null = null
    let seen = ''
    const look = async () => {
      const file = await handle.getFile().catch((error: unknown) => {
        // An editor that renames a new file over it takes it away for a moment.
        if (error instanceof DOMException && error.name === 'NotFoundError') return null
        throw error
      })
      if (!file) return
      const stamp = `${file.lastModified} ${file.size}`
      const isStill = stamp === seen
      seen = stamp
      taken ??= stamp
      if (!isStill || stamp === taken) return
      taken = stamp
      newest.current.onSaved(file)
    }
    const timer = setInterval(() => {
      look().catch((error: unknown) => {
        setHandle(null)
        newest.current.onLost(handle.name, error)
      })
    }, lookEveryMs)
    return () => clearInterval(timer)
  }, [handle])
  return {
    // The desktop window has the picker and denies every permission, this one too.
    canWatch: window.showOpenFilePicker !== undefined && !hasMessagePort,
    name: handle?.name ?? null,
    async choose() {
      const [chosen] = (await window.showOpenFilePicker?.()) ?? []
      if (chosen) setHandle(chosen)
    },
    end: () => setHandle(null),
  }
}
