import { join } from 'node:path'
import Database from 'better-sqlite3'

/** The most requests that a library started within any span of `windowMs`, by its own ledger and clock. */
export function mostStartsWithin(folder: string, windowMs: number): number {
  const database = new Database(join(folder, 'library.db'), { readonly: true })
  try {
    const starts = database
      .prepare<[], { ms: number }>(`SELECT started_ms AS ms FROM ledger WHERE state <> 'unsent' ORDER BY started_ms`)
      .all()
    return Math.max(
      0,
      ...starts.map(({ ms }) => starts.filter((other) => other.ms >= ms && other.ms < ms + windowMs).length),
    )
  } finally {
    database.close()
  }
}
