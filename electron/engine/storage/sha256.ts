import { createHash } from 'node:crypto'
import { setImmediate as nextTurn } from 'node:timers/promises'

/** A few milliseconds of hashing. */
const hashedAtOnce = 2 * 1024 * 1024

/** SHA-256 as 64 hex digits. In slices with turns between them: a sheet may have 64 MB, a picture 256 MB. */
export async function sha256Of(bytes: Uint8Array): Promise<string> {
  const hash = createHash('sha256')
  for (let at = 0; at < bytes.length; at += hashedAtOnce) {
    if (at > 0) await nextTurn()
    hash.update(bytes.subarray(at, at + hashedAtOnce))
  }
  return hash.digest('hex')
}
