import type Database from 'better-sqlite3'
import { offThread } from './off-thread.ts'

/** SQLite's own word on a database: pages, indexes, types, CHECKs, and rows that point to rows that are not there. */
export const problemsIn = (file: string): Promise<string[]> => offThread(readAll, file)

/** Sent to a thread as text: see `offThread`. */
function readAll(sqlite: typeof Database, file: string): string[] {
  const database = new sqlite(file, { readonly: true, fileMustExist: true, timeout: 5000 })
  try {
    const found = database.prepare<[], string>('PRAGMA integrity_check(20)').pluck().all()
    const orphans = database
      .prepare<[], { child: string; parent: string; count: number }>(
        `SELECT "table" AS child, parent, count(*) AS count FROM pragma_foreign_key_check GROUP BY 1, 2`,
      )
      .all()
    return [
      ...found.filter((line) => line !== 'ok').map((line) => `The database: ${line}.`),
      ...orphans.map((row) => `The database: ${row.count} of ${row.child} point to ${row.parent} that are gone.`),
    ]
  } finally {
    database.close()
  }
}
