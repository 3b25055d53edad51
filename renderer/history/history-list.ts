/** One entry of the journal as it is listed. */
export interface HistoryEntry {
  readonly id: number
  readonly summary: string
  readonly atMs: number
  readonly undone: boolean
}

/** How often to undo, or to redo, so that an entry is the newest that holds. Entries stand newest first. */
export function stepsTo(entries: readonly HistoryEntry[], id: number): { undo: number; redo: number } {
  const at = entries.findIndex((entry) => entry.id === id)
  if (at < 0) return { undo: 0, redo: 0 }
  return {
    undo: entries.slice(0, at).filter((entry) => !entry.undone).length,
    redo: entries.slice(at).filter((entry) => entry.undone).length,
  }
}

/** `14:02`, or `12 Nov, 14:02` where it was another day. */
export function clockText(atMs: number, nowMs: number): string {
  const at = new Date(atMs)
  const time = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' }).format(at)
  if (at.toDateString() === new Date(nowMs).toDateString()) return time
  return `${new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' }).format(at)}, ${time}`
}
