import Database from 'better-sqlite3'
import { migrate, migrations, newestVersion } from '#engine/storage/migrate.ts'

/**
 * Migrates the database in the first argument by one more step, which rewrites every row, and kills itself
 * as `kill -9` does at the row of the second argument; `after` kills right behind the commit.
 */
const [file = '', when = ''] = process.argv.slice(2)
const database = new Database(file)
database.pragma('journal_mode = WAL')
database.pragma('synchronous = FULL')
// So small that pages reach the log before the commit, as they do in a large library.
database.pragma('cache_size = 10')
let row = 0
database.function('rewritten', (text) => {
  row++
  if (row === Number(when)) process.kill(process.pid, 'SIGKILL')
  return `${text}!`
})
const second = {
  version: newestVersion + 10,
  sql: `ALTER TABLE sheet ADD COLUMN extra TEXT;
    UPDATE sheet SET name = rewritten(name), extra = 'new';
    CREATE INDEX sheet_extra ON sheet (extra);`,
}
migrate(database, newestVersion + 10, [...migrations, second])
if (when === 'after') process.kill(process.pid, 'SIGKILL')
