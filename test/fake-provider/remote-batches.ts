import { createHash } from 'node:crypto'
import type { ServerResponse } from 'node:http'
import { pipeline } from 'node:stream/promises'
import { setTimeout as sleep } from 'node:timers/promises'
import { type BatchFault, type Fault, isUnbilled } from './faults.ts'
import type { LedgerEntry } from './ledger.ts'
import { type Answer, statusAnswer } from './replies.ts'
import type { FileLine, StoredFile, StoredFiles } from './stored-files.ts'
import type { Asked } from './sync-wire.ts'
import { makePictures, nextAttempt, pictureCount, type World } from './world.ts'

/** How a service's batches write a request, and how long and at what share of the price they work. */
export interface BatchWire {
  readonly mostRequests: number
  /** A line of the file; throws for one that is none. `target` is what the batch was started for: a model, or an endpoint. */
  read(line: unknown, target: string): { readonly id: string; readonly asked: Asked | { readonly complaint: Answer } }
  /** Told when a batch is over. */
  tell?(batch: FakeBatch): Promise<unknown>
}

/** A request of a batch. Of the file only its place is kept, so that 50,000 of them take little memory. */
export interface BatchItem {
  readonly id: string
  readonly line: Pick<FileLine, 'offset'> & { readonly length: number }
  state: 'waiting' | 'made' | 'refused'
  entry: LedgerEntry | null
  fault: Fault | null
}

export interface FakeBatch {
  readonly id: string
  readonly label: string
  readonly target: string
  readonly file: StoredFile
  readonly createdMs: number
  readonly faults: readonly BatchFault[]
  items: BatchItem[]
  state: 'validating' | 'working' | 'ended'
  how: 'completed' | 'failed' | 'expired' | 'canceled' | null
  errors: { code: string; message: string; line: number | null }[]
  isCanceled: boolean
  downloads: number
  /** Of its results, all downloads together: what the client took, and what the sockets hold. */
  sentBytes: number
}

/** What became of one request, in the words of its live answer; null where the batch ended before it. */
export interface BatchOutcome {
  readonly item: BatchItem
  readonly answer: { readonly status: number; readonly body: unknown } | null
}

export interface RemoteBatchSettings {
  /** From the start to the end of a batch of any size. */
  turnaroundMs: number
  /** What is billed, over what the same costs live. */
  readonly share: number
  /** Where OpenAI's webhooks of this account go; null where none were set up. */
  hookUrl: string | null
  /** Where Gemini says that a file goes, in place of its own address. */
  uploadUrl: string | null
}

/** What tests and scripts see of the batches of every service. */
export interface ScriptedBatches {
  readonly settings: RemoteBatchSettings
  /** What goes wrong with the next starts, one after the other. */
  script(...starts: readonly (BatchFault | readonly BatchFault[] | null)[]): void
  /** Every batch that there is, whoever of the clients knows. */
  all(): readonly FakeBatch[]
}

export interface FakeBatches {
  readonly files: StoredFiles
  all(): readonly FakeBatch[]
  find(id: string): FakeBatch | null
  /** What goes wrong with this attempt to start. */
  nextStart(): readonly BatchFault[]
  start(about: Pick<FakeBatch, 'label' | 'target' | 'file' | 'faults'>): FakeBatch
  cancel(batch: FakeBatch): void
  /** In an order of their own. */
  outcomes(batch: FakeBatch, from?: number): AsyncGenerator<BatchOutcome>
  close(): void
}

const hashOf = (text: string): string => createHash('sha256').update(text).digest('hex')

/** The batches of one service: taken in, made, billed, canceled; their results are made anew each time they are read. */
export function openBatches(
  world: World,
  files: StoredFiles,
  idOf: (n: number) => string,
  wire: BatchWire,
  take: () => readonly BatchFault[],
  settings: RemoteBatchSettings,
): FakeBatches {
  const batches: FakeBatch[] = []
  let isClosed = false

  const askedBy = async (batch: FakeBatch, { line }: BatchItem) => {
    const bytes = await files.readAt(batch.file, line.offset, line.length)
    return wire.read(JSON.parse(bytes.toString()), batch.target).asked
  }

  /** Reads the file once; false where the batch was refused. */
  const validate = async (batch: FakeBatch): Promise<boolean> => {
    const ids = new Set<string>()
    let number = 0
    for await (const { offset, bytes } of files.lines(batch.file)) {
      number++
      if (bytes.length === 0) continue
      try {
        const { id } = wire.read(JSON.parse(bytes.toString()), batch.target)
        if (ids.has(id)) throw new Error(`the id ${id} is there twice`)
        ids.add(id)
        const line = { offset, length: bytes.length }
        batch.items.push({ id, line, state: 'waiting', entry: null, fault: null })
      } catch (error) {
        batch.errors.push({ code: 'invalid_json_line', message: String(error), line: number })
      }
    }
    if (batch.items.length === 0) batch.errors.push({ code: 'empty_file', message: 'The file is empty', line: null })
    if (batch.items.length > wire.mostRequests) {
      batch.errors.push({ code: 'too_many_tasks', message: `More than ${wire.mostRequests} requests`, line: null })
    }
    for (const fault of batch.faults) {
      if (fault.kind === 'refuse-whole') batch.errors.push({ code: fault.code, message: fault.message, line: null })
    }
    if (batch.errors.length > 0) batch.items = []
    return batch.errors.length === 0
  }

  const make = async (batch: FakeBatch, item: BatchItem): Promise<void> => {
    const asked = await askedBy(batch, item)
    if ('complaint' in asked) {
      item.state = 'refused'
      return
    }
    const { wanted, microsEach } = asked
    const { attempt, fault } = nextAttempt(world, wanted)
    const { prompt, seed, inputs } = wanted
    const entry = world.book.received({ prompt, seed, inputs, attempt, overLimit: false })
    world.book.accepted(entry, batch.id)
    item.entry = entry
    item.fault = fault
    item.state = fault && isUnbilled(fault) ? 'refused' : 'made'
    if (item.state === 'made') world.book.billed(entry, Math.max(1, pictureCount(wanted, fault)), microsEach)
    world.book.ended(entry, 200)
  }

  const run = async (batch: FakeBatch): Promise<void> => {
    if (!(await validate(batch))) return end(batch, 'failed')
    batch.state = 'working'
    const startedMs = performance.now()
    const stop = batch.faults.find((fault) => fault.kind === 'expire' || fault.kind === 'stand-still')
    for (const [index, item] of batch.items.entries()) {
      if (batch.isCanceled || isClosed || (stop && index >= stop.made)) break
      await make(batch, item)
      const dueMs = startedMs + (settings.turnaroundMs * (index + 1)) / batch.items.length
      while (performance.now() < dueMs && !batch.isCanceled && !isClosed) {
        await sleep(Math.min(20, Math.max(1, dueMs - performance.now())))
      }
    }
    while (stop?.kind === 'stand-still' && !batch.isCanceled && !isClosed) await sleep(5)
    await end(batch, batch.isCanceled ? 'canceled' : stop?.kind === 'expire' ? 'expired' : 'completed')
  }

  const end = async (batch: FakeBatch, how: FakeBatch['how']): Promise<void> => {
    batch.state = 'ended'
    batch.how = how
    await wire.tell?.(batch)
  }

  return {
    files,
    all: () => batches,
    find: (id) =>
      batches.find((batch) => batch.id === id && !batch.faults.some(({ kind }) => kind === 'vanish')) ?? null,
    nextStart: take,
    start(about) {
      const batch: FakeBatch = {
        id: idOf(batches.length + 1),
        ...about,
        createdMs: Date.now(),
        items: [],
        state: 'validating',
        how: null,
        errors: [],
        isCanceled: false,
        downloads: 0,
        sentBytes: 0,
      }
      batches.push(batch)
      run(batch).catch((error: unknown) => {
        batch.errors.push({ code: 'server_error', message: String(error), line: null })
        batch.state = 'ended'
        batch.how = 'failed'
      })
      return batch
    },
    cancel(batch) {
      batch.isCanceled = true
    },
    async *outcomes(batch, from = 0) {
      const orderOf = ({ id }: BatchItem): string => hashOf(`${world.seed}/${batch.id}/${id}`)
      const ordered = batch.items
        .map((item) => ({ item, order: orderOf(item) }))
        .sort((one, other) => (one.order < other.order ? -1 : 1))
      for (const { item } of ordered.slice(from)) yield { item, answer: await answerFor(batch, item) }
    },
    close: () => {
      isClosed = true
    },
  }

  async function answerFor(batch: FakeBatch, item: BatchItem): Promise<BatchOutcome['answer']> {
    if (item.state === 'waiting') return null
    const asked = await askedBy(batch, item)
    const { fault, entry } = item
    const said = ({ status, body }: Answer) => ({ status, body: JSON.parse(body.toString()) })
    if ('complaint' in asked) return said(asked.complaint)
    if (item.state === 'refused' || !entry) {
      const failed = fault?.kind === 'drop' ? { ...asked.refused, status: 500 } : asked.refused
      return said((fault && statusAnswer(fault)) ?? failed)
    }
    const made = await makePictures(world, asked.wanted, entry, fault)
    return { status: 200, body: asked.whole(made, fault) }
  }
}

/** Sends lines as fast as they are taken, and not at all or not whole where the batch's faults say so. */
export async function sendResults(
  response: ServerResponse,
  batch: FakeBatch,
  lines: AsyncIterable<string>,
): Promise<void> {
  const download = ++batch.downloads
  const none = batch.faults.find((fault) => fault.kind === 'no-download')
  if (none && download <= none.times) {
    response.writeHead(none.status, { 'content-type': 'application/json' }).end('{"error":{"message":"try later"}}')
    return
  }
  const torn = batch.faults.find((fault) => fault.kind === 'torn-download')
  const mostBytes = torn && download <= torn.times ? torn.bytes : Number.POSITIVE_INFINITY
  response.writeHead(200, { 'content-type': 'application/jsonl' })
  // A client that goes away, and a download that breaks off, end here alike.
  await pipeline(firstOf(lines, mostBytes, batch), response).catch(() => undefined)
}

const pieceBytes = 256 * 1024

async function* firstOf(lines: AsyncIterable<string>, mostBytes: number, batch: FakeBatch): AsyncGenerator<Buffer> {
  let left = mostBytes
  for await (const line of lines) {
    const bytes = Buffer.from(`${line}\n`).subarray(0, left)
    for (let at = 0; at < bytes.length; at += pieceBytes) {
      const piece = bytes.subarray(at, at + pieceBytes)
      batch.sentBytes += piece.length
      yield piece
    }
    left -= bytes.length
    if (left > 0) continue
    await sleep(20)
    throw new Error('torn')
  }
}

export const countsOf = ({ items }: FakeBatch): { total: number; made: number; refused: number } => ({
  total: items.length,
  made: items.filter(({ state }) => state === 'made').length,
  refused: items.filter(({ state }) => state === 'refused').length,
})
