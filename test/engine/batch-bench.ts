import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach } from 'vitest'
import type { Handle, Provider, ProviderCall } from '#engine/providers/provider.ts'
import type { RemoteBatches, RemoteProgress, RemoteResult } from '#engine/providers/remote-batches.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import { openCanned } from './canned-reply.ts'
import { type Bench, inputs } from './hosted-session.ts'
import { sampleCall } from './sample-request.ts'

type Ended = Extract<RemoteProgress, { state: 'ended' }>

/** Steps of a batch of one provider against the fake, for tests of one step. */
export function openBatchBench(bench: Bench) {
  const folders: string[] = []
  afterEach(async () => {
    for (const folder of folders.splice(0)) await rm(folder, { recursive: true, force: true })
  })
  const call: ProviderCall = sampleCall(inputs)
  const remote = (): RemoteBatches => {
    const { remoteBatches } = bench.open()
    if (!remoteBatches) throw new Error('it has no batches')
    return remoteBatches
  }

  const uploadBytes = async (of: RemoteBatches, bytes: Uint8Array): Promise<Handle> => {
    const folder = await mkdtemp(join(tmpdir(), 'proofsheet-batch-'))
    folders.push(folder)
    const path = join(folder, 'lines.jsonl')
    await writeFile(path, bytes)
    return of.upload({ path, byteLength: bytes.length, name: 'lines.jsonl' }, call)
  }

  /** Writes the requests' lines to a file and sends it. */
  const upload = async (of: RemoteBatches, requests: readonly GenerationRequest[]): Promise<Handle> => {
    const lines: Uint8Array[] = []
    for (const [index, request] of requests.entries()) lines.push(await of.line({ id: `r${index}`, request }, call))
    return uploadBytes(of, Buffer.concat(lines))
  }

  const start = async (
    of: RemoteBatches,
    requests: readonly GenerationRequest[],
    label = 'batch-1',
  ): Promise<Handle> => {
    const [first] = requests
    if (!first) throw new Error('a batch needs a request')
    return of.start({ label, group: of.groupOf(first), uploaded: await upload(of, requests) }, call)
  }

  /** Looks until it is over. */
  const finish = async (of: RemoteBatches, handle: Handle): Promise<Ended> => {
    for (let looks = 0; looks < 1000; looks++) {
      const progress = await of.look(handle, call)
      if (progress.state === 'ended') return progress
      await new Promise((done) => setTimeout(done, 10))
    }
    throw new Error('it does not end')
  }

  /** Every line of the results, read. */
  const read = async (of: RemoteBatches, { results }: Ended, model: string): Promise<RemoteResult[]> => {
    const found: RemoteResult[] = []
    if (!results) return found
    for await (const line of linesOf(of.results(results, call))) found.push(of.readLine(line, model))
    return found
  }

  return { call, remote, upload, uploadBytes, start, finish, read }
}

/** As an engine would split them; a line without its end is a defect of `results`. */
export async function* linesOf(chunks: AsyncIterable<Uint8Array>): AsyncGenerator<Buffer> {
  let left: Uint8Array[] = []
  for await (const chunk of chunks) {
    let at = 0
    for (let end = chunk.indexOf(10); end !== -1; end = chunk.indexOf(10, at)) {
      yield Buffer.concat([...left, chunk.subarray(at, end)])
      left = []
      at = end + 1
    }
    left.push(chunk.subarray(at))
  }
  if (Buffer.concat(left).length > 0) throw new Error('the last line has no end')
}

/** `done PICTURES MICROS` or `CODE BILLED`, by id. */
export const summaryOf = (results: readonly RemoteResult[]): Record<string, string> =>
  Object.fromEntries(
    results.map(({ id, outcome }) => [
      id,
      outcome instanceof AppError
        ? `${outcome.code} ${outcome.billed}`
        : `done ${outcome.outputs.length} ${outcome.settled?.micros}`,
    ]),
  )

/** Reads one line of results, without a service. */
export const readOne = (provider: Provider, line: unknown, model: string) => {
  const { session } = openCanned(provider, {}, { status: 200, body: {} })
  const result = session.remoteBatches?.readLine(Buffer.from(JSON.stringify(line)), model)
  if (!result) throw new Error('it has no batches')
  return { ...result, said: summaryOf([result])[result.id] }
}
/** What a service’s answer says of a batch. */
export const lookAt = (provider: Provider, body: unknown, nowMs = 0) => {
  const { session } = openCanned(provider, {}, { status: 200, body }, nowMs)
  return session.remoteBatches?.look({ batch: 'batches/b1' }, { signal: new AbortController().signal, input: never })
}
export const never = () => Promise.reject(new Error('no picture is needed'))
