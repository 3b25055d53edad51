import type { z } from 'zod'
import type { Model, ModelOverride } from '#shared/contract/providers.ts'
import type { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { Handle, Progress, ProviderCall } from './progress.ts'
import type { RemoteBatches } from './remote-batches.ts'

export { priceOf } from './catalogue-price.ts'
export type { Cost, Handle, Output, Progress, ProviderCall } from './progress.ts'
export type {
  RemoteBatches,
  RemoteBatchLimits,
  RemoteCounts,
  RemoteResult,
} from './remote-batches.ts'

/** What a provider is given by the engine: it opens no sockets and reads no clocks of its own. */
export interface ProviderIo {
  /** The one HTTP client, with its timeouts, guard and log. Throws AppError (see network/network.ts). */
  readonly fetch: ProviderFetch
  /** The same for a reply that is too large to hold: its body comes piece by piece, and has to be read or left to its end. */
  readonly stream: ProviderStream
  readonly now: () => number
  /** The key, read when a request is made; null where there is none. */
  readonly key: () => string | null
  /** What the service or a person said of a model, over its line in the catalogue; absent or null: nothing. */
  readonly changes?: (model: string) => ModelOverride | null
  /** Where the service may send its webhooks, `https://…/hooks/PROVIDER`; absent on a host without a public address. */
  readonly hookUrl?: string | null
  /** What a person set for verifying them, where the service does not tell. */
  readonly hookSecret?: string | null
}

/** A webhook as it came: header names in lower case, the body's very bytes, and the wall's time, ms since 1970. */
export interface HookDelivery {
  readonly headers: Readonly<Record<string, string>>
  readonly body: Uint8Array
  readonly receivedMs: number
}

/** One that is genuine and timely. It says that something happened to these jobs, and nothing that is believed. */
export interface GenuineHook {
  /** The same for the same delivery sent again. */
  readonly deliveryId: string
  readonly remoteIds: readonly string[]
}

export interface ProviderFetchOptions {
  readonly method?: 'GET' | 'POST' | 'PUT' | 'DELETE'
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array | FormData | FileBody
  readonly signal?: AbortSignal
  /** Until the reply's headers, in ms. The default is 300,000: pictures take long. */
  readonly headersTimeoutMs?: number
  /** The most bytes the reply may have. The default is 64 MB. */
  readonly maxBytes?: number
  /** Whether sending it twice is harmless. Only then may a lost reply read as `provider-unavailable`; else it is `outcome-unknown`. */
  readonly repeatable: boolean
}

/** A file's bytes as a body, read while they are sent, with a few bytes before and after it (a form's own). */
export interface FileBody {
  readonly path: string
  readonly byteLength: number
  readonly before?: Uint8Array
  readonly after?: Uint8Array
}

/** A whole reply, whatever its status. Header names are lower case. */
export interface ProviderReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly bytes: Uint8Array
  /** Pictures that were taken out of `bytes`, by what stands there in their place (`pictures-apart.ts`). */
  readonly pictures?: ReadonlyMap<string, Uint8Array>
}
export type ProviderFetch = (url: string, options: ProviderFetchOptions) => Promise<ProviderReply>

/** A reply whose body is on its way. Reading it throws AppError `provider-unavailable` where it breaks off. */
export interface StreamedReply {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  readonly chunks: AsyncIterable<Uint8Array>
}
/** `maxBytes` bounds the whole body here too; without it there is no bound. */
export type ProviderStream = (url: string, options: ProviderFetchOptions) => Promise<StreamedReply>

export interface Account {
  /** `Connected to http://127.0.0.1:8080, 2 models` */
  readonly message: string
  /** Model ids the account can use, empty where the service does not list them. */
  readonly models: readonly string[]
  /** Who the key belongs to, as the service names them. */
  readonly name?: string
  /** What is left to spend; `micros` of USD is null where the service counts in something that has no fixed price. */
  readonly balance?: { readonly text: string; readonly micros: number | null }
  /** One sentence a limit that the service names. */
  readonly limits?: readonly string[]
}

export interface UsualModel {
  readonly model: string
  readonly quality: string | null
}

/** The sentence that says why a request cannot be made; null where it can, as far as is known without asking. */
export type RequestCheck = (request: GenerationRequest) => string | null

/** The most that one picture going in may have; absent members are not limited. */
export interface PictureLimits {
  readonly maxBytes: number
  readonly maxSide?: number
  readonly maxPixels?: number
  /** The most of all pictures of one request together. */
  readonly maxBytesTogether?: number
}

/** Limits to begin with; the lane adapts to what the provider says. Null is no limit. */
export interface Limits {
  readonly concurrency: number
  readonly requestsPerMinute: number | null
  readonly imagesPerHour: number | null
  readonly imagesPerDay: number | null
}

/** A service that makes pictures: its facts, and the way to open it with a person's settings. */
export interface Provider {
  readonly id: string
  readonly label: string
  readonly about: string
  /** The settings form and the command line are drawn from it. Every field has a default. */
  readonly settings: z.ZodObject
  /** Environment variables that may hold its key, the first set one wins; empty where it needs none. */
  readonly keyVariables: readonly string[]
  /** The environment variable with the secret of its webhooks, where the service does not tell it. */
  readonly hookSecretVariable?: string
  /** Settings that an environment variable fills where a person chose nothing: setting -> variable. */
  readonly settingVariables?: Readonly<Record<string, string>>
  /** A person's own server: what answers to a model's name depends on where it is, so that goes into the prompt hash. */
  readonly isOwnServer?: boolean
  /** Text that changes with what stands behind a model's name (a workflow, say), so that an edited one is a new wish. */
  readonly behind?: (model: string, settings: unknown) => string | null
  /** Whether it can be used without a key. */
  readonly keyOptional: boolean
  /** Any other model id may be asked for. */
  readonly anyModel: boolean
  /** After a lost reply: `resend` only where that is free or idempotent, `find` where it can be looked up, else `ask`. */
  readonly lostReply: 'resend' | 'find' | 'ask'
  /** The models under these settings. */
  models(settings: unknown): readonly Model[]
  /** A model id that is not listed, described as well as can be; null where it cannot be used. */
  model(id: string, settings: unknown): Model | null
  /**
   * What a request costs: what to expect, and the most it can, in micros of USD; null where nobody knows. Absent: the
   * model's price a picture. `changes` as in `ProviderIo`: a person's own prices for tokens.
   */
  price?(
    request: GenerationRequest,
    settings: unknown,
    changes?: ModelOverride | null,
  ): { readonly expectedMicros: number; readonly highestMicros: number } | null
  /**
   * Why a request of a model cannot be made, by the very rules by which `submit` refuses it before anything is sent; the
   * sentence, or null where nothing known here speaks against it. What depends on the settings is read once, for many
   * requests. Absent: the model's facts alone are known. `changes` as in `ProviderIo`.
   */
  checker?(model: string, settings: unknown, changes: ModelOverride | null): RequestCheck
  /** What the pictures that go in may have; absent where no limit is known. */
  pictureLimits?(model: string, settings: unknown): PictureLimits
  /** What a person most likely wants: the cheapest way to a good draft, and the model for finals. */
  readonly usual?: { readonly draft: UsualModel; readonly final: UsualModel }
  /** Where its requests go (`https://host:port`), `null` for one that works in this process. Keys are bound to it. */
  origin(settings: unknown): string | null
  /** Further origins of the service (queue, upload, status hosts); `https://*.example.com` for a family of hosts. */
  moreOrigins?(settings: unknown): readonly string[]
  /** Where the keys of its webhooks are, reached only by a host that takes webhooks. */
  hookOrigins?(settings: unknown): readonly string[]
  /** Whether it answers at all with these settings (a server without an address does not). */
  isConfigured(settings: unknown): boolean
  limits(settings: unknown): Limits
  open(settings: unknown, io: ProviderIo): ProviderSession
}

/**
 * An open provider. Every method throws AppError: `rate-limited`, `provider-unavailable` and the codes that pause only for
 * replies that arrived whole; a reply lost after the request went out is `outcome-unknown`. `model-failed`: the far end says
 * that the job failed there and is not charged, so it is sent again; `canceled`: that somebody stopped it there.
 */
export interface ProviderSession {
  /** Sends the request once. The same request gives the same body, always. */
  submit(request: GenerationRequest, call: ProviderCall): Promise<Progress>
  /**
   * Sends several requests as one call, where the service takes arrays: what became of each, in their order. What is
   * thrown is about all of them. With it, `group` says how many fit and how long they may be waited for, in ms.
   */
  submitMany?(requests: readonly GenerationRequest[], call: ProviderCall): Promise<readonly (Progress | AppError)[]>
  readonly group?: { readonly most: number; readonly gatherMs: number }
  /** Works after a restart, from the stored handle alone. */
  poll?(handle: Handle, call: ProviderCall): Promise<Progress>
  cancel?(handle: Handle, call: ProviderCall): Promise<void>
  /** The service's own batches: many requests at once, within a day, for less. */
  readonly remoteBatches?: RemoteBatches
  /** What became of a request whose reply was lost; null where the provider does not know it. */
  find?(request: GenerationRequest, sinceMs: number, call: ProviderCall): Promise<Progress | null>
  /** Verifies a webhook before it reads it; null for one that is not genuine. Rejects where that cannot be known now. */
  hook?(delivery: HookDelivery): Promise<GenuineHook | null>
  check?(call: ProviderCall): Promise<Account>
  /**
   * Models, prices and limits as the service names them now, where it has a way to ask. A price that it did not name stays
   * the catalogue's.
   */
  catalogue?(call: ProviderCall): Promise<readonly Model[]>
}
