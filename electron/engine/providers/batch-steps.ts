import { z } from 'zod'
import { formAround, parseJson, quoteWords } from '#engine/network/network.ts'
import { AppError, errorCodeOf } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { HttpSession } from './http-session.ts'
import { jsonMembers } from './json-members.ts'
import { picturesApart } from './pictures-apart.ts'
import type { Handle, Progress, ProviderCall, ProviderReply } from './provider.ts'
import { noSuchModel, sentenceOf, unsupported } from './refuse-unsupported.ts'
import type { RemoteBatches, RemoteProgress, RemoteResult } from './remote-batches.ts'

type Done = Extract<Progress, { state: 'done' }>
type File = Parameters<RemoteBatches['upload']>[0]

/** What the services' batches have in common, whatever their forms. */

/** What a service knows of a model, and whether its batches take a request: by the very rule by which a line is refused. */
export function byEntry<Entry>(
  entryOf: (model: string) => Entry | null,
  refuse: (request: GenerationRequest, entry: Entry) => void,
) {
  const sentence = (model: string): string => `“${model}” is not a model id.`
  return {
    known(model: string): Entry {
      const entry = entryOf(model)
      if (entry) return entry
      throw unsupported(sentence(model))
    },
    check(request: GenerationRequest): string | null {
      const entry = entryOf(request.model)
      const check = entry ? sentenceOf((one) => refuse(one, entry)) : noSuchModel(sentence(request.model))
      return check(request)
    },
  }
}

const uploaded = z.object({ id: z.string().min(1) })

/** Sends a file as the last part of a form, for the services with OpenAI's `/files`. */
export async function uploadForm(http: HttpSession, url: string, file: File, call: ProviderCall): Promise<Handle> {
  const part = { field: 'file', name: file.name, type: 'application/jsonl' }
  const { before, after, contentType } = formAround({ purpose: 'batch' }, part)
  const body = { path: file.path, byteLength: file.byteLength, before, after }
  const sent = { method: 'POST', body, headers: { 'content-type': contentType }, repeatable: true } as const
  return { file: http.read(uploaded, await http.send(url, sent, call), false).id }
}

/** A part of a handle that was stored; a handle of somebody else has it not. */
export function partOf(handle: Handle, name: string): string {
  const part = handle[name]
  if (part) return part
  throw new AppError('bad-response', `What was stored of a batch names no ${name}, so it cannot be followed.`)
}

/** The bytes as they come, with an end to their last line. */
export async function* endingLines(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
  let last: number | undefined
  for await (const chunk of chunks) {
    last = chunk.at(-1) ?? last
    yield chunk
  }
  if (last !== undefined && last !== 0x0a) yield Buffer.from('\n')
}

/** Cancels; what a service says against it counts for nothing once the batch is over. */
export async function cancelUnlessOver(
  cancel: () => Promise<unknown>,
  look: () => Promise<RemoteProgress>,
): Promise<void> {
  try {
    await cancel()
  } catch (error) {
    const code = errorCodeOf(error)
    if (code === null || code === 'rate-limited' || code === 'provider-unavailable' || code === 'canceled') throw error
    if ((await look()).state !== 'ended') throw error
  }
}

/** A part of a line as the live answer that it is: its bytes, the pictures of the line apart. */
export type ReplyOf = (bytes: Uint8Array | null | undefined, about?: Partial<ProviderReply>) => ProviderReply

/**
 * Reads a line's members, its pictures taken out first; `idName` is what the service calls our id. `read` gives what became
 * of it, or throws it.
 */
export function resultFrom(
  line: Uint8Array,
  idName: string,
  read: (members: ReadonlyMap<string, Uint8Array>, replyOf: ReplyOf) => Done,
): RemoteResult {
  const { bytes: short, pictures } = picturesApart(line)
  const members = jsonMembers(short)
  const id = members && parseJson(members.get(idName) ?? Buffer.alloc(0))
  if (!members || typeof id !== 'string' || id === '') {
    const begun = quoteWords(Buffer.from(line.subarray(0, 200)).toString(), null)
    const sentence = `A line of a batch’s results names no request of ours, so it was passed over. It begins: “${begun}”`
    throw new AppError('bad-response', sentence, { billed: null })
  }
  try {
    const replyOf: ReplyOf = (bytes, about) => {
      return { status: 200, headers: {}, bytes: bytes ?? new Uint8Array(), pictures, ...about }
    }
    return { id, outcome: read(members, replyOf) }
  } catch (error) {
    if (error instanceof AppError) return { id, outcome: error }
    throw error
  }
}

/** What a service answers in a batch is charged at a share of what the same answer costs live. */
export const atShare = (progress: Progress, share: number): Done => {
  if (progress.state !== 'done') throw new Error('a line of results is never under way')
  const { settled } = progress
  return { ...progress, settled: settled && { ...settled, micros: Math.ceil(settled.micros * share) } }
}

/** A member that is there, and not null. */
export function memberOf(members: ReadonlyMap<string, Uint8Array>, name: string): Uint8Array | null {
  const bytes = members.get(name)
  return bytes === undefined || isNull(bytes) ? null : bytes
}

const isNull = (bytes: Uint8Array): boolean => Buffer.from(bytes.subarray(0, 4)).toString('latin1') === 'null'
