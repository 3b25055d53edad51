import { randomUUID } from 'node:crypto'
import { existsSync, readFileSync } from 'node:fs'
import { z } from 'zod'
import { AppError, messageOf } from '#shared/errors.ts'
import type { Keyring } from './keyring.ts'
import { writePrivateFile } from './private-file.ts'

const origin = z.string().nullable()
/** `because`: why the keyring did not take it. */
const keyInFile = z.object({ key: z.string(), origin, because: z.string().nullish() })
/** The file only says that the keyring has it; `stamp` tells this writing of it from every other. */
const keyInKeyring = z.object({ stamp: z.string(), origin })
const keyFile = z.record(z.string(), z.union([keyInFile, keyInKeyring]))
type KeyFile = z.infer<typeof keyFile>

const inKeyring = z.object({ key: z.string(), stamp: z.string(), origin })

/** After the keyring failed it is asked again by itself, so much later. */
const askAgainMs = 15_000

export interface FoundKey {
  readonly from: 'environment' | 'keyring' | 'file'
  /** What a person should know of where it is, as a sentence; null where all is as it should be. */
  readonly note: string | null
  /** The environment variable that holds it. */
  readonly variable?: string
  /** Throws AppError `auth` where the keyring does not give it. */
  read(): string
}

export interface SecretsOptions {
  /** Outside of every library. */
  readonly file: string
  readonly env: Readonly<Record<string, string | undefined>>
  /** Null where there is none to be asked. */
  readonly keyring: Keyring | null
  /** Told of the providers whose keys the keyring has just given. */
  readonly onLoaded: (providers: readonly string[]) => void
}

export type Secrets = ReturnType<typeof openSecrets>

/**
 * API keys: read from the environment, then the system's keyring, then a file that only its owner can read; written to the
 * keyring, else the file. Each is bound to the origin it was entered for: a changed address does not get it. Never in the
 * database, so that a library can be copied and shown. The keyring is asked only for what the file says it has.
 */
export function openSecrets({ file, env, keyring, onLoaded }: SecretsOptions) {
  const held = new Map<string, z.infer<typeof inKeyring>>()
  let loading: Promise<void> | null = null
  let failure: { readonly reason: string; readonly atMs: number } | null = null

  function stored(): KeyFile {
    // No file yet means no keys yet.
    if (!existsSync(file)) return {}
    const parsed = keyFile.safeParse(parseJson(readFileSync(file, 'utf8')))
    if (parsed.success) return parsed.data
    throw new AppError('invalid-input', `The key file ${file} cannot be read. Correct it or delete it.`)
  }

  /** Reads the file again right before it is written: the command line may have stored a key meanwhile. */
  function write(provider: string, entry: KeyFile[string] | null): void {
    const { [provider]: _old, ...others } = stored()
    writePrivateFile(file, JSON.stringify(entry === null ? others : { ...others, [provider]: entry }, null, 2))
  }

  function missing(): string[] {
    return Object.entries(stored()).flatMap(([provider, entry]) =>
      'stamp' in entry && held.get(provider)?.stamp !== entry.stamp ? [provider] : [],
    )
  }

  async function ask(accounts: readonly string[]): Promise<void> {
    try {
      if (!keyring) throw new Error('the system’s keyring is switched off')
      const found = await keyring.get(accounts)
      for (const account of accounts) held.delete(account)
      for (const [account, secret] of found) {
        const parsed = inKeyring.safeParse(parseJson(secret))
        if (parsed.success) held.set(account, parsed.data)
      }
      failure = missing().length > 0 ? failureOf('the system’s keyring has another key, or none') : null
      onLoaded([...found.keys()])
    } catch (error) {
      failure = failureOf(messageOf(error))
    }
  }

  /** Fetches from the keyring what the file says it has. Never rejects; without such keys the keyring is not asked. */
  function load(): Promise<void> {
    const accounts = loading || (failure && performance.now() - failure.atMs < askAgainMs) ? [] : missing()
    if (accounts.length > 0) {
      loading = ask(accounts).finally(() => {
        loading = null
      })
    }
    return loading ?? Promise.resolve()
  }

  function readHeld(provider: string, stamp: string): string {
    const secret = held.get(provider)
    if (secret?.stamp === stamp) return secret.key
    void load()
    const why = failure?.reason ?? 'the system’s keyring has not answered yet'
    const sentence = `The key cannot be read: ${why}. Unlock the keyring and try again, or enter the key again under Settings, Providers.`
    throw new AppError('auth', sentence, { billed: false })
  }

  return {
    load,

    find(provider: string, variables: readonly string[], boundTo: string | null): FoundKey | null {
      for (const variable of variables) {
        const value = env[variable]?.trim()
        if (value) return { from: 'environment', note: null, variable, read: () => value }
      }
      const entry = stored()[provider]
      if (!entry || entry.origin !== boundTo) return null
      if ('key' in entry) {
        const note = `Kept in a file that only you can read${entry.because ? `, because ${entry.because}` : ''}.`
        return { from: 'file', note, read: () => entry.key }
      }
      if (held.get(provider)?.stamp === entry.stamp && held.get(provider)?.origin !== boundTo) return null
      const note = failure && held.get(provider)?.stamp !== entry.stamp ? `It cannot be read: ${failure.reason}.` : null
      return { from: 'keyring', note, read: () => readHeld(provider, entry.stamp) }
    },

    /** Stores a key, in the keyring or, where that does not take it, in the file. Throws AppError `storage`. */
    async set(provider: string, key: string, boundTo: string | null): Promise<void> {
      const secret = { key, stamp: randomUUID(), origin: boundTo }
      let because = 'the system’s keyring is switched off'
      try {
        if (keyring) {
          await keyring.set(provider, JSON.stringify(secret))
          held.set(provider, secret)
          return write(provider, { stamp: secret.stamp, origin: boundTo })
        }
      } catch (error) {
        if (error instanceof AppError) throw error
        because = key.length < 8 ? messageOf(error) : messageOf(error).replaceAll(key, '…')
      }
      write(provider, { key, origin: boundTo, because })
    },

    /** Removes it from the file and from the keyring. Throws AppError `storage` where one of them still has it. */
    async forget(provider: string): Promise<void> {
      const entry = stored()[provider]
      if (entry) write(provider, null)
      held.delete(provider)
      try {
        await keyring?.forget(provider)
      } catch (error) {
        if (!entry || 'key' in entry) return // The keyring never had it, as far as anybody knows.
        const sentence = `The key is not used any more, but could not be removed from the system’s keyring: ${messageOf(error)}. Unlock it and forget the key again, or remove “Proofsheet” there.`
        throw new AppError('storage', sentence, { cause: error })
      }
    },

    close: (): void => keyring?.close(),
  }
}

const failureOf = (reason: string) => ({ reason, atMs: performance.now() })

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null // The schema then says that it cannot be read.
  }
}
