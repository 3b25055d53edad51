import { createHash } from 'node:crypto'
import type { IncomingMessage, ServerResponse } from 'node:http'
import { type Fault, isUnbilled, tooMany } from './faults.ts'
import { jsonAnswer, sendAnswer, statusAnswer } from './replies.ts'
import { type FakeRequest, makePictures, nextAttempt, type World, work } from './world.ts'

/** A job at the far end, in whatever wire format it came. */
export interface RemoteJob {
  readonly id: string
  /** What was asked for: the endpoint or model, and the body as it came. */
  readonly target: string
  readonly input: unknown
  readonly wanted: FakeRequest
  readonly createdMs: number
  state: 'pending' | 'done' | 'refused' | 'failed' | 'canceled'
  /** Where its pictures can be fetched. */
  urls: string[]
  /** The pictures themselves, for services that answer with bytes. */
  made: { bytes: Buffer; type: string }[]
  readonly fault: Fault | null
  polls: number
}

export interface RemoteJobs {
  /** Takes a job in; where it is not let in, or fails at once, it answers by itself and gives null. */
  accept(
    response: ServerResponse,
    job: Pick<RemoteJob, 'target' | 'input' | 'wanted'> & { readonly hookUrl?: string | null },
  ): Promise<RemoteJob | null>
  find(id: string): RemoteJob | null
  all(): readonly RemoteJob[]
}

/** Jobs that take a while, for services that are polled. Billed when done; refused, failed and canceled ones are not. */
export function openRemoteJobs(
  world: World,
  idOf: (n: number) => string,
  tell: (job: RemoteJob, hookUrl: string) => Promise<unknown> = () => Promise.resolve(),
): RemoteJobs {
  const jobs: RemoteJob[] = []
  return {
    async accept(response, { target, input, wanted, hookUrl = null }) {
      const waitMs = world.gate.admit(world.book.inFlight() + 1)
      const refusal = waitMs === null ? null : tooMany('seconds', Math.ceil(waitMs / 1000))
      const { attempt, fault } = refusal ? { attempt: 0, fault: refusal } : nextAttempt(world, wanted)
      const { prompt, seed } = wanted
      const entry = world.book.received({ prompt, seed, inputs: wanted.inputs, attempt, overLimit: waitMs !== null })
      response.on('close', () => world.book.ended(entry, response.writableFinished ? response.statusCode : null))
      if (fault && isUnbilled(fault) && fault.kind !== 'refused') {
        await sendAnswer(response, statusAnswer(fault) ?? jsonAnswer(500, {}), fault)
        return null
      }
      const job: RemoteJob = {
        id: idOf(jobs.length + 1),
        target,
        input,
        wanted,
        createdMs: Date.now(),
        state: 'pending',
        urls: [],
        made: [],
        fault,
        polls: 0,
      }
      jobs.push(job)
      world.book.accepted(entry, job.id)
      const finish = async (): Promise<void> => {
        if (job.state !== 'pending') return world.book.canceled(entry)
        if (fault?.kind === 'refused' && fault.status === 400) job.state = 'refused'
        else if (fault?.kind === 'error-in-200') job.state = 'failed'
        if (job.state !== 'pending') return
        job.made = await makePictures(world, wanted, entry, fault)
        world.book.billed(entry, Math.max(1, job.made.length), world.priceMicros)
        const wrong = fault?.kind === 'url' ? fault.wrong : 'nothing'
        job.urls = job.made.map(({ bytes, type }) => world.results.keep(bytes, type, wrong))
        job.state = 'done'
      }
      const ended = work(world, wanted, entry, fault)
        .then(finish)
        .then(() => (hookUrl && !world.hooks.isSilent ? tell(job, hookUrl) : null))
      if (world.hooks.isBeforeReply) await ended
      return job
    },
    find: (id) => jobs.find((job) => job.id === id) ?? null,
    all: () => jobs,
  }
}

export async function readBody(request: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = []
  for await (const chunk of request) chunks.push(chunk)
  return Buffer.concat(chunks)
}

/** A JSON body as an object; null where it is none. */
export async function readJson(request: IncomingMessage): Promise<Record<string, unknown> | null> {
  try {
    const value: unknown = JSON.parse((await readBody(request)).toString())
    return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : null
  } catch {
    return null // Not JSON: the caller says so in its own wire format.
  }
}

export const sha256Of = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex')

/** The bytes of a `data:` address or of plain base64. */
export const fromDataUri = (text: string): Buffer => Buffer.from(text.slice(text.indexOf(',') + 1), 'base64')

/** Width and height that a PNG says it has; 64 each for anything else. */
export const pngSize = (bytes: Buffer): { width: number; height: number } =>
  bytes.length > 24 && bytes.readUInt32BE(0) === 0x89504e47
    ? { width: bytes.readUInt32BE(16), height: bytes.readUInt32BE(20) }
    : { width: 64, height: 64 }

/** The text fields of a form and its files, in their order. */
export async function readForm(request: IncomingMessage): Promise<{ fields: Record<string, string>; files: Buffer[] }> {
  const type = request.headers['content-type'] ?? ''
  const body = await readBody(request)
  const fields: Record<string, string> = {}
  const files: Buffer[] = []
  if (!type.startsWith('multipart/form-data')) return { fields, files }
  const form = await new Response(new Uint8Array(body), { headers: { 'content-type': type } }).formData()
  for (const [name, part] of form.entries()) {
    if (typeof part === 'string') fields[name] = part
    else files.push(Buffer.from(await part.arrayBuffer()))
  }
  return { fields, files }
}
