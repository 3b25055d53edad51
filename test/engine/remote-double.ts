import { randomUUID } from 'node:crypto'
import { mkdirSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs'
import { copyFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Handle, Provider } from '#engine/providers/provider.ts'
import type { RemoteBatches, RemoteBatchLimits, RemoteProgress } from '#engine/providers/remote-batches.ts'
import type { Model } from '#shared/contract/providers.ts'
import { AppError, type ErrorCode } from '#shared/errors.ts'
import { openPictures } from '#test/fake-provider/pictures.ts'

/** Four cents live, two in a batch, in micros. */
export const livePriceMicros = 40_000
export const batchPriceMicros = 20_000

type How = Extract<RemoteProgress, { state: 'ended' }>['how']

/** What a service does with one request; absent: it makes the picture. */
export type Fate = 'refuse' | 'fail' | 'silent' | 'twice' | 'unmade'

export interface DoubleOptions {
  readonly limits?: Partial<RemoteBatchLimits>
  /** Told before each call; may throw, or wait. `starting` is after the service has the batch: what it throws is a lost reply. */
  readonly on?: (
    call: 'line' | 'upload' | 'start' | 'started' | 'find' | 'look' | 'cancel' | 'piece' | 'forget',
    what: string,
  ) => unknown
  readonly fate?: (prompt: string, round: number) => Fate | undefined
  /** How many looks a batch takes; how it ends then. */
  readonly looks?: number
  readonly how?: (batch: string, looks: number) => How
  /** Whether it refuses a batch because its queue is full. */
  readonly isFull?: (batch: string) => boolean
  /** Whether the list shows batches yet. */
  readonly isListed?: () => boolean
  readonly size?: number
  /** Bytes put into a line beside its picture, by its prompt. */
  readonly padding?: (prompt: string) => number
}

const lineWire = z.object({ id: z.string(), prompt: z.string(), seed: z.int().nullable() })
const batchWire = z.object({
  id: z.string(),
  label: z.string(),
  file: z.string(),
  looks: z.int(),
  isCanceled: z.boolean(),
  how: z.enum(['completed', 'failed', 'expired', 'canceled']).nullable(),
})
type Batch = z.infer<typeof batchWire>
const billWire = z.record(z.string(), z.int())
const resultWire = z.object({
  id: z.string(),
  png: z.string().optional(),
  padding: z.string().optional(),
  error: z.object({ code: z.string(), billed: z.boolean() }).optional(),
})

export interface RemoteDouble {
  readonly provider: Provider
  /** How often each prompt was billed, over all batches that ran and all live requests. */
  bills(): Record<string, number>
  billedMicros(): number
  batches(): Batch[]
  /** The requests of a batch. */
  requests(batch: string): z.infer<typeof lineWire>[]
}

const model: Model = {
  id: 'double-image',
  label: 'Double',
  operations: ['generate'],
  sizes: { kind: 'any', multipleOf: 8, min: 16, max: 4096 },
  draftSize: { width: 64, height: 64 },
  finalSize: { width: 128, height: 128 },
  takesSeed: true,
  takesNegativePrompt: false,
  qualities: [],
  sameSeedLarger: true,
  maxPromptLength: null,
  price: { perImageMicros: livePriceMicros, currency: 'USD', asOf: null, source: 'a test' },
}

/**
 * A service with batches that lives in a folder: processes that are killed find it as it was. It bills a batch when it is
 * over, and does what its options say with each request.
 */
export function openRemoteDouble(folder: string, options: DoubleOptions = {}): RemoteDouble {
  for (const each of ['files', 'batches', 'bills']) mkdirSync(join(folder, each), { recursive: true })
  const pictures = openPictures()
  const size = options.size ?? 64
  const told = async (call: Parameters<NonNullable<DoubleOptions['on']>>[0], what = ''): Promise<void> => {
    await options.on?.(call, what)
  }
  const read = (id: string): Batch => batchWire.parse(JSON.parse(readFileSync(join(folder, 'batches', id), 'utf8')))
  const write = (batch: Batch): void => writeWhole(join(folder, 'batches', batch.id), JSON.stringify(batch))
  const linesOf = (file: string) =>
    readFileSync(join(folder, 'files', file), 'utf8')
      .trimEnd()
      .split('\n')
  const requests = (id: string) => linesOf(read(id).file).map((line) => lineWire.parse(JSON.parse(line)))
  const batches = () =>
    readdirSync(join(folder, 'batches'))
      .filter((name) => !name.includes('.'))
      .sort(byNumber)
      .map(read)
  const fateOf = (prompt: string, batch: string): Fate | undefined => {
    const round = batches().findIndex(({ id }) => id === batch)
    return options.fate?.(prompt, round)
  }

  function end(batch: Batch): How {
    if (batch.how) return batch.how
    const how = batch.isCanceled ? 'canceled' : (options.how?.(batch.id, batch.looks) ?? 'completed')
    const billed: Record<string, number> = {}
    if (how !== 'failed')
      for (const { prompt } of requests(batch.id)) {
        const fate = fateOf(prompt, batch.id)
        if (fate === undefined || fate === 'twice' || fate === 'silent') billed[prompt] = batchPriceMicros
      }
    writeWhole(join(folder, 'bills', `batch-${batch.id}`), JSON.stringify(billed))
    write({ ...batch, how })
    return how
  }

  function* resultsOf(batch: Batch): Generator<string> {
    // Not in their order.
    for (const { id, prompt, seed } of requests(batch.id).reverse()) {
      const fate = fateOf(prompt, batch.id)
      const line = (rest: object) => `${JSON.stringify({ id, ...rest })}\n`
      if (fate === 'silent' || fate === 'unmade') continue
      if (fate === 'refuse') yield line({ error: { code: 'content-policy', billed: false } })
      else if (fate === 'fail') yield line({ error: { code: 'model-failed', billed: false } })
      else {
        const padding = options.padding?.(prompt) ?? 0
        const made = line({
          png: pictures.png(`${prompt} ${seed}`, size, size).toString('base64'),
          ...(padding > 0 ? { padding: 'x'.repeat(padding) } : {}),
        })
        yield made
        if (fate === 'twice') yield made
      }
    }
    yield line404
  }

  const remoteBatches: RemoteBatches = {
    limits: () => ({
      mostRequests: 1000,
      mostBytes: 10_000_000,
      usualRequests: 500,
      startsPerHour: null,
      withinMs: 86_400_000,
      ...options.limits,
    }),
    priceShare: () => 0.5,
    check: ({ prompt }) => (prompt.includes('[live]') ? 'this cannot go in a batch' : null),
    groupOf: (request) => `${request.model} ${request.operation}`,
    async line({ id, request: { prompt, seed } }) {
      await told('line', prompt)
      if (prompt.includes('[unsendable]')) throw new AppError('unsupported', 'This cannot be sent.')
      return Buffer.from(`${JSON.stringify({ id, prompt, seed })}\n`)
    },
    async upload({ path, name }, { signal }) {
      await told('upload', name)
      signal.throwIfAborted()
      const file = randomUUID()
      await copyFile(path, join(folder, 'files', file))
      return { file }
    },
    async start({ label, uploaded }) {
      await told('start', label)
      const id = String(batches().length + 1)
      write({ id, label, file: uploaded.file ?? '', looks: 0, isCanceled: false, how: null })
      await told('started', label)
      return { batch: id }
    },
    async find(label) {
      await told('find', label)
      if (options.isListed?.() === false) return null
      const found = batches().find((batch) => batch.label === label)
      return found ? { batch: found.id } : null
    },
    async look({ batch: id = '' }): Promise<RemoteProgress> {
      await told('look', id)
      const batch = read(id)
      const total = requests(id).length
      const counts = { total, succeeded: null, failed: null }
      const seen = { ...batch, looks: batch.looks + 1 }
      write(seen)
      if (seen.looks < (options.looks ?? 1) && !batch.isCanceled)
        return { state: 'working', counts, expiresMs: 4_000_000_000_000 }
      if (options.isFull?.(id)) {
        const message = 'Too many requests are waiting.'
        return { state: 'ended', how: 'failed', isQueueFull: true, message, counts, results: null }
      }
      const how = end(seen)
      const results: Handle | null = how === 'failed' ? null : { results: id }
      return { state: 'ended', how, message: how === 'failed' ? 'The file was no good.' : null, counts, results }
    },
    async cancel({ batch: id = '' }) {
      await told('cancel', id)
      write({ ...read(id), isCanceled: true })
    },
    async *results({ results: id = '' }) {
      await told('piece', id)
      let text = ''
      for (const line of resultsOf(read(id))) {
        text += line
        while (text.length >= 65_536) {
          await told('piece', id)
          yield Buffer.from(text.slice(0, 65_536))
          text = text.slice(65_536)
        }
      }
      await told('piece', id)
      yield Buffer.from(text)
    },
    readLine(bytes) {
      let read: z.infer<typeof resultWire>
      try {
        read = resultWire.parse(JSON.parse(Buffer.from(bytes).toString()))
      } catch (cause) {
        throw new AppError('bad-response', 'That line is no result.', { cause })
      }
      const { id, png, error } = read
      if (error) {
        const code: ErrorCode = error.code === 'content-policy' ? 'content-policy' : 'model-failed'
        return { id, outcome: new AppError(code, 'Not this one.', { billed: error.billed }) }
      }
      return {
        id,
        outcome: {
          state: 'done',
          outputs: [{ kind: 'bytes', bytes: Buffer.from(png ?? '', 'base64'), seed: null }],
          settled: null,
        },
      }
    },
    forget: (handles) => told('forget', JSON.stringify(handles)),
  }

  const bills = (): Record<string, number> => {
    const sum: Record<string, number> = {}
    for (const file of readdirSync(join(folder, 'bills')).filter((name) => !name.includes('.'))) {
      const bill = billWire.parse(JSON.parse(readFileSync(join(folder, 'bills', file), 'utf8')))
      for (const [prompt, micros] of Object.entries(bill)) sum[prompt] = (sum[prompt] ?? 0) + micros
    }
    return sum
  }

  const provider: Provider = {
    id: 'double',
    label: 'Double',
    about: 'A service with batches, for tests.',
    settings: z.object({}),
    keyVariables: [],
    keyOptional: true,
    anyModel: false,
    lostReply: 'ask',
    models: () => [model],
    model: (id) => (id === model.id ? model : null),
    origin: () => null,
    isConfigured: () => true,
    limits: () => ({ concurrency: 4, requestsPerMinute: null, imagesPerHour: null, imagesPerDay: null }),
    open: () => ({
      async submit({ prompt, seed }) {
        const file = join(folder, 'bills', `live-${process.pid}-${performance.now()}`.replaceAll('.', '-'))
        writeWhole(file, JSON.stringify({ [prompt]: livePriceMicros }))
        const bytes = pictures.png(`${prompt} ${seed}`, size, size)
        return { state: 'done', outputs: [{ kind: 'bytes', bytes, seed: null }], settled: null }
      },
      remoteBatches,
    }),
  }
  return {
    provider,
    bills,
    billedMicros: () => Object.values(bills()).reduce((sum, micros) => sum + micros, 0),
    batches,
    requests,
  }
}

/** A line about a request that nobody made. */
const line404 = `${JSON.stringify({ id: 'nobody', error: { code: 'model-failed', billed: false } })}\nnot even JSON\n`

const byNumber = (one: string, other: string): number => Number(one) - Number(other)

function writeWhole(path: string, text: string): void {
  writeFileSync(`${path}.tmp`, text)
  renameSync(`${path}.tmp`, path)
}
