import { availableParallelism } from 'node:os'
import { Worker } from 'node:worker_threads'
import { type HashEnd, hashInThread } from './hash-thread.ts'

/** Read in pieces of 1 MB, so that memory does not grow with the pictures. */
const pieceLength = 1_048_576

const code = `const { parentPort } = require('node:worker_threads')
const fs = require('node:fs')
const crypto = require('node:crypto')
const piece = Buffer.allocUnsafeSlow(${pieceLength})
const hash = ${hashInThread}
parentPort.on('message', (path) => parentPort.postMessage(hash(fs, crypto, piece, path)))`

/** One thread hashes faster than a disk writes; a second helps where files are only compared. */
const mostThreads = Math.min(2, Math.max(1, availableParallelism() - 1))

/** So many files wait for a thread before another one is started: a small delivery needs no second. */
const worthAnother = 8

interface Thread {
  readonly worker: Worker
  /** Whom the answers are for, in the order of the questions. */
  readonly waiting: PromiseWithResolvers<HashEnd>[]
}

/**
 * Threads that hash files beside the copying of the same files, started when they are first needed. Not in Node's own pool:
 * there a hash would wait behind the fsyncs of others, and they behind it.
 */
export function openHashThreads() {
  const threads: Thread[] = []

  function start(): Thread {
    const worker = new Worker(code, { eval: true, execArgv: [] })
    const thread: Thread = { worker, waiting: [] }
    const lost = (error: unknown): void => {
      threads.splice(threads.indexOf(thread), 1)
      const reason = error instanceof Error ? error : new Error('A thread that hashes files ended by itself.')
      for (const { reject } of thread.waiting.splice(0)) reject(reason)
    }
    worker.on('message', (end: HashEnd) => {
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
    hash(path: string): Promise<HashEnd> {
      const { worker, waiting } = leastBusy()
      const answer = Promise.withResolvers<HashEnd>()
      waiting.push(answer)
      worker.ref()
      worker.postMessage(path)
      return answer.promise
    },

    async close(): Promise<void> {
      await Promise.all(threads.map(({ worker }) => worker.terminate()))
    },
  }
}
export type HashThreads = ReturnType<typeof openHashThreads>
