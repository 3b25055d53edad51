import { join } from 'node:path'
import { promptHash } from '#engine/cache/cache.ts'
import type { Images } from '#engine/images/images.ts'
import type { ProviderCall, RemoteBatches } from '#engine/providers/provider.ts'
import type { OpenProviders } from '#engine/settings/settings.ts'
import { refusePartialPath, writePiecesDurably } from '#engine/storage/storage.ts'
import type { BatchFiles } from '#shared/contract/remote-batches.ts'
import { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'

interface Group {
  readonly service: RemoteBatches
  readonly requests: GenerationRequest[]
}

/**
 * Writes requests as files for their providers' batch services, as they would be sent from here: one model and endpoint a
 * file, none over the service's limits; a file of the same name is replaced. A request is named by its prompt hash, which
 * is how its result is known again.
 */
export async function writeOut(
  { providers, images }: { readonly providers: OpenProviders; readonly images: Images },
  requests: AsyncIterable<GenerationRequest>,
  folder: string,
): Promise<BatchFiles> {
  refusePartialPath(folder)
  const groups = new Map<string, Group>()
  const left = new Map<string, number>()
  for await (const request of requests) {
    const service = providers.open(request.provider).session.remoteBatches
    const why = service ? service.check(request) : `${providers.label(request.provider)} offers no batches`
    if (!service || why !== null) {
      left.set(why ?? '', (left.get(why ?? '') ?? 0) + 1)
      continue
    }
    const name = `${request.provider} ${service.groupOf(request)}`
    const group = groups.get(name) ?? { service, requests: [] }
    groups.set(name, group)
    group.requests.push(request)
  }
  const call: ProviderCall = { signal: new AbortController().signal, input: images.bytes }
  const files: BatchFiles['files'][number][] = []
  for (const { service, requests: all } of groups.values())
    for (let from = 0; from < all.length; ) {
      const [first] = all.slice(from, from + 1)
      if (!first) break
      const path = join(folder, `${first.provider.replace(/[^\w.-]+/g, '-')}-${files.length + 1}.jsonl`)
      const file = await writeFile(
        path,
        service,
        all.slice(from, from + service.limits(first.model).mostRequests),
        call,
      )
      files.push({ path, provider: first.provider, model: first.model, ...file })
      from += file.requests
    }
  return { files, left: [...left].map(([message, count]) => ({ message, count })) }
}

/** As many of the requests as the service takes in one file. */
async function writeFile(
  path: string,
  service: RemoteBatches,
  requests: readonly GenerationRequest[],
  call: ProviderCall,
): Promise<{ requests: number; bytes: number }> {
  let written = 0
  let bytes = 0
  async function* lines(): AsyncGenerator<Uint8Array> {
    for (const request of requests) {
      const line = await service.line({ id: promptHash(request), request }, call)
      if (bytes + line.length > service.limits(request.model).mostBytes) {
        if (written > 0) return
        throw new AppError('unsupported', 'One request alone is over what a batch file may have.')
      }
      bytes += line.length
      written++
      yield line
    }
  }
  await writePiecesDurably(path, lines())
  return { requests: written, bytes }
}
