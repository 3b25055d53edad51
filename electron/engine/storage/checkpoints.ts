import { createRequire } from 'node:module'
import { Worker } from 'node:worker_threads'

const sqliteModule = createRequire(import.meta.url).resolve('better-sqlite3')

/** So many changed rows fill about 4 MB of the log. */
const rowsBetween = 250
/** A checkpoint under way is waited for so long at closing. */
const closeWaitMs = 5000
/** The log begins anew only when all of it is in the database, which a thread behind a busy host never sees: 32 MB. */
const mostFrames = 8000
/** Where in the shared memory: one is asked for or under way; the thread let go of the database; the log's frames. */
const busy = 0
const closed = 1
const frames = 2

/**
 * In a thread of its own: moves what the log holds into the database whenever it is asked to. PASSIVE waits for nobody and
 * holds nobody up; FULL makes it sync the log before it writes pages, and the pages before it lets the log begin anew.
 */
const work = `const { parentPort, workerData } = require('node:worker_threads')
const database = new (require(workerData.sqliteModule))(workerData.file, { fileMustExist: true, timeout: 0 })
database.pragma('synchronous = FULL')
database.pragma('wal_autocheckpoint = 0')
parentPort.on('message', (message) => {
  if (message === 'close') {
    database.close()
    Atomics.store(workerData.shared, ${closed}, 1)
    Atomics.notify(workerData.shared, ${closed})
    parentPort.close()
    return
  }
  try {
    const [{ log }] = database.pragma('wal_checkpoint(PASSIVE)')
    Atomics.store(workerData.shared, ${frames}, log)
  } catch {
    // A disk that fails says so to the next commit; the log keeps everything until then.
  }
  Atomics.store(workerData.shared, ${busy}, 0)
})`

export interface Checkpoints {
  /** So many rows have changed since the database was opened. */
  changed(rows: number): void
  /** The thread has let go of the database when this returns. */
  close(): void
}

/**
 * Checkpoints beside the host, which would else wait for the disk in the middle of its work. The thread starts with the
 * first few hundred rows. Where it ends by itself, the connection's own checkpoints (wal_autocheckpoint) take over; where it
 * cannot keep up, `finish` does the little that it left, on the host's own connection.
 */
export function openCheckpoints(file: string, finish: () => void): Checkpoints {
  const shared = new Int32Array(new SharedArrayBuffer(12))
  let thread: Worker | null = null
  let isOver = false
  let rowsAtLast = 0

  function started(): Worker {
    const worker = new Worker(work, { eval: true, workerData: { sqliteModule, file, shared }, execArgv: [] })
    worker.unref()
    const end = () => {
      isOver = true
      thread = null
    }
    worker.once('error', end)
    worker.once('exit', end)
    return worker
  }

  return {
    changed(rows) {
      if (isOver || rows - rowsAtLast < rowsBetween) return
      if (Atomics.load(shared, busy) === 1) return
      rowsAtLast = rows
      if (Atomics.exchange(shared, frames, 0) > mostFrames) return finish()
      thread ??= started()
      Atomics.store(shared, busy, 1)
      thread.postMessage('checkpoint')
    },
    close() {
      isOver = true
      if (!thread) return
      thread.postMessage('close')
      Atomics.wait(shared, closed, 0, closeWaitMs)
    },
  }
}
