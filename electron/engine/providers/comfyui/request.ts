import { createHash } from 'node:crypto'
import {
  fieldsFrom,
  refuseOtherSize,
  refuseUnsupported,
  unsupported,
  withoutSourceSize,
} from '#engine/providers/refuse-unsupported.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { ComfyEntry } from './models.ts'
import { findPlace, type Graph, type PlaceName } from './workflow.ts'

export interface WireRequest {
  readonly promptId: string
  readonly graph: Graph
  /** The name under which the source has to be uploaded first; null where there is none. */
  readonly upload: string | null
  /** The seed that the graph holds, asked for or its own; null where nobody knows. */
  readonly seed: number | null
}

/** The graph of a request, and its id: the same request always gives the same of both, so that it can be looked up. */
export function wireRequest(asked: GenerationRequest, entry: ComfyEntry): WireRequest {
  refuse(asked, entry)
  const request = withoutSourceSize(asked)
  const { workflow } = entry
  const takesSize = findPlace(workflow, 'width') !== null
  const { prompt, negativePrompt, seed, width, height, source, operation } = request
  const upload = source ? `proofsheet-${source.sha256.slice(0, 40)}.png` : null
  const isMade = operation === 'generate' || operation === 'edit'
  const values: Partial<Record<PlaceName, string | number>> = {
    ...(isMade || prompt !== '' ? { prompt } : {}),
    ...(negativePrompt ? { negative: negativePrompt } : {}),
    ...(seed === null ? {} : { seed }),
    ...(takesSize && isMade && width !== null && height !== null ? { width, height } : {}),
    ...(upload === null ? {} : { image: upload }),
  }
  const graph: Record<string, Graph[string]> = { ...workflow.workflow }
  const set = (node: string, input: string, value: unknown): void => {
    const before = graph[node]
    if (before) graph[node] = { ...before, inputs: { ...before.inputs, [input]: value } }
  }
  for (const [name, value] of Object.entries(fieldsFrom(request))) {
    const [node = '', input = ''] = name.split('.')
    set(node, input, value)
  }
  const places: PlaceName[] = ['prompt', 'negative', 'seed', 'width', 'height', 'image']
  for (const name of places) {
    const place = findPlace(workflow, name)
    if (place && values[name] !== undefined) set(place.node, place.input, values[name])
  }
  const seedPlace = findPlace(workflow, 'seed')
  const used = seedPlace && graph[seedPlace.node]?.inputs[seedPlace.input]
  const promptId = idFrom(JSON.stringify([operation, request.model, request.variant, graph]))
  return { promptId, graph, upload, seed: typeof used === 'number' ? used : null }
}

/** Throws `unsupported` for what the workflow has no place for, by the words of the request alone. */
export function refuse(asked: GenerationRequest, entry: ComfyEntry): void {
  const request = withoutSourceSize(asked)
  if (findPlace(entry.workflow, 'width') === null) refuseOtherSize(request)
  refuseUnsupported(request, entry)
  if (request.prompt !== '' && !findPlace(entry.workflow, 'prompt'))
    throw unsupported(`The workflow ${entry.id} has no place for a prompt. Leave it empty.`)
}

/** An id in the one form that ComfyUI takes (a UUID in lower case; server.py, 2026-11), of the kind for own schemes (RFC 9562). */
function idFrom(text: string): string {
  const hex = createHash('sha256').update(text).digest('hex')
  const variant = (Number.parseInt(hex.slice(16, 17), 16) & 3) + 8
  const parts = [hex.slice(0, 8), hex.slice(8, 12), `8${hex.slice(13, 16)}`]
  return [...parts, `${variant.toString(16)}${hex.slice(17, 20)}`, hex.slice(20, 32)].join('-')
}
