import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type ReadEnd, type ReadWish, readInThread } from './read-thread.ts'

export type { ReadEnd }

/** Small enough to be in the processor's cache from reading to writing; larger ones made the page cache dearer here. */
const pieceLength = 131_072

const code = `const { parentPort } = require('node:worker_threads')
const modules = { fs: require('node:fs'), zlib: require('node:zlib'), crypto: require('node:crypto') }
const piece = Buffer.allocUnsafeSlow(${pieceLength})
const read = ${readInThread}
parentPort.on('message', (wish) => parentPort.postMessage(read(modules, piece, wish)))`

/** A thread takes 30 ms of a processor to start, so there is one for each that would have nothing else to do. */
const mostThreads = Math.min(4, Math.max(1, availableParallelism() - 1))

/** So many files wait for a thread before another one is started. */
const worthAnother = 2

interface Thread {
  readonly worker: Worker
  /** Whom the answers are for, in the order of the questions. */
  readonly waiting: PromiseWithResolvers<ReadEnd>[]
}

/**
 * Threads that read files, and copy them on the way, started when they are first needed. Not in Node's own pool: there a file
 * would wait behind the fsyncs of others, and they behind it.
 */
export function openReadThreads() {
  const threads: Thread[] = []

  function start(): Thread {
    const worker = new Worker(code, { eval: true, execArgv: [] })
    const thread: Thread = { worker, waiting: [] }
    const lost = (error: unknown): void => {
      threads.splice(threads.indexOf(thread), 1)
      const reason = error instanceof Error ? error : new Error('A thread that reads files ended by itself.')
      for (const { reject } of thread.waiting.splice(0)) reject(reason)
    }
    worker.on('message', (end: ReadEnd) => {
      thread.waiting.shift()?.resolve(end)
      // A thread that waits for work keeps nobody from going home.
      if (thread.waiting.length === 0) worker.unref()
    })
    worker.once('error', lost)
    worker.once('exit', lost)
    threads.push(thread)
    return thread
  }

  function leastBusy(): Thread {
    const [least] = threads.toSorted((one, other) => one.waiting.length - other.waiting.length)
    if (!least) return start()
    return least.waiting.length >= worthAnother && threads.length < mostThreads ? start() : least
  }

  return {
    /** A thread takes as long to start as some files to copy: it may do so while folders are made. */
    begin(): void {
      if (threads.length === 0) start().worker.unref()
    },

    /** Rejects only where the thread itself ends. */
    read(wish: ReadWish): Promise<ReadEnd> {
      const { worker, waiting } = leastBusy()
      const answer = Promise.withResolvers<ReadEnd>()
      waiting.push(answer)
      worker.ref()
      worker.postMessage(wish)
      return answer.promise
    },

    async close(): Promise<void> {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}
export type ReadThreads = ReturnType<typeof openReadThreads>
