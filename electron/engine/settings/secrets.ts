import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs'
import { dirname } from 'node:path'
import { z } from 'zod'
import { AppError, messageOf } from '#shared/errors.ts'

/** A key is bound to the origin it was entered for: a changed address does not get it. */
const keyFile = z.record(z.string(), z.object({ key: z.string(), origin: z.string().nullable() }))

export interface FoundKey {
  readonly key: string
  readonly from: 'environment' | 'file'
}

export type Secrets = ReturnType<typeof openSecrets>

/**
 * API keys: read from the environment, then from a file that only its owner can read. Never in the database, so that a
 * library can be copied and shown. `file` is outside the library.
 */
export function openSecrets(file: string, env: Readonly<Record<string, string | undefined>>) {
  function stored(): z.infer<typeof keyFile> {
    let text: string
    try {
      text = readFileSync(file, 'utf8')
    } catch {
      // No file yet means no keys yet.
      return {}
    }
    const parsed = keyFile.safeParse(JSON.parse(text))
    if (!parsed.success)
      throw new AppError('invalid-input', `The key file ${file} cannot be read. Correct it or delete it.`)
    return parsed.data
  }

  return {
    find(provider: string, variables: readonly string[], origin: string | null): FoundKey | null {
      for (const variable of variables) {
        const value = env[variable]?.trim()
        if (value) return { key: value, from: 'environment' }
      }
      const entry = stored()[provider]
      return entry && entry.origin === origin ? { key: entry.key, from: 'file' } : null
    },

    /** Stores or, with null, forgets a key. Throws AppError `storage`. */
    set(provider: string, key: string | null, origin: string | null): void {
      const { [provider]: _old, ...others } = stored()
      const next = key === null ? others : { ...others, [provider]: { key, origin } }
      try {
        mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
        writeFileSync(file, JSON.stringify(next, null, 2), { mode: 0o600 })
        chmodSync(file, 0o600)
      } catch (error) {
        throw new AppError('storage', `The key could not be stored in ${file} (${messageOf(error)}).`, { cause: error })
      }
    },
  }
}
