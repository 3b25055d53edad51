import { createHash } from 'node:crypto'
import type { GenerationRequest } from '#shared/generation-request.ts'

/** Goes up when the meaning of a request changes, so that old pictures are never mistaken for new ones. */
const hashVersion = 1

/**
 * SHA-256 (hex) of exactly what will be sent: canonical JSON (keys sorted, no spaces) of the request and the hash version.
 * Batch, row, file name, keys and concurrency are not in it: the same wish is the same hash in every batch.
 */
export const promptHash = (request: GenerationRequest): string =>
  createHash('sha256')
    .update(canonicalJson({ hashVersion, ...request }))
    .digest('hex')

/** JSON with sorted keys: equal values give equal text. Undefined members are left out, as JSON does. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  if (typeof value === 'object' && value !== null) {
    const members = Object.entries(value)
      .filter(([, member]) => member !== undefined)
      .sort(([one], [other]) => (one < other ? -1 : 1))
    return `{${members.map(([key, member]) => `${JSON.stringify(key)}:${canonicalJson(member)}`).join(',')}}`
  }
  return JSON.stringify(value)
}
