import { hash } from 'node:crypto'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** Goes up when the meaning of a request changes, so that old pictures are never mistaken for new ones. */
const hashVersion = 1

/**
 * SHA-256 (hex) of exactly what will be sent: canonical JSON (keys sorted, no spaces) of the request and the hash version.
 * Batch, row, file name, keys and concurrency are not in it: the same wish is the same hash in every batch.
 */
export function promptHash(request: GenerationRequest): string {
  // In the order of their names, so that JSON.stringify gives the canonical text at once: a sheet has 100,000 of these.
  const {
    again,
    answeredBy,
    height,
    model,
    negativePrompt,
    operation,
    outputFormat,
    prompt,
    provider,
    quality,
    scale,
  } = request
  const { seed, variant, width } = request
  const options = sorted(request.options)
  const references = sorted(request.references)
  const source = sorted(request.source)
  const first = {
    again,
    answeredBy,
    hashVersion,
    height,
    model,
    negativePrompt,
    operation,
    options,
    outputFormat,
    prompt,
  }
  const json = JSON.stringify({ ...first, provider, quality, references, scale, seed, source, variant, width })
  return hash('sha256', json)
}

/** JSON with sorted keys and no spaces: equal values give equal text. Undefined members are left out, as JSON does. */
export const canonicalJson = (value: unknown): string => JSON.stringify(sorted(value))

function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted)
  if (typeof value !== 'object' || value === null) return value
  const members = Object.entries(value).sort(([one], [other]) => (one < other ? -1 : 1))
  return Object.fromEntries(members.map(([key, member]) => [key, sorted(member)]))
}
