import type { AppError } from '#shared/errors.ts'
import type { GenerationRequest } from '#shared/generation-request.ts'
import type { Handle, Progress, ProviderCall } from './progress.ts'

/** One request of a remote batch. `id` is ours, unique in it, and comes back with its result. */
export interface RemoteRequest {
  readonly id: string
  readonly request: GenerationRequest
}

/** What a service takes in one remote batch, and of whom. Facts of its documents, with their dates beside the figures. */
export interface RemoteBatchLimits {
  readonly mostRequests: number
  /** Of the file that is sent. */
  readonly mostBytes: number
  /** So many requests go in one where nothing speaks for more: larger ones are refused more often, or can't be fetched. */
  readonly usualRequests: number
  /** Remote batches that may be started an hour; null where no limit is known. */
  readonly startsPerHour: number | null
  /** How long the service may take, in ms. */
  readonly withinMs: number
}

/** How many requests are over, as the service counts them; null where it does not say. */
export interface RemoteCounts {
  readonly total: number | null
  readonly succeeded: number | null
  readonly failed: number | null
}

/** What a look at a remote batch tells. `ended`: nothing more will be made, and `results` can be read. */
export type RemoteProgress =
  | { readonly state: 'working'; readonly counts: RemoteCounts; readonly expiresMs: number | null }
  | {
      readonly state: 'ended'
      /** `failed`: the service refused it as a whole; nothing of it was made, unless it has results. */
      readonly how: 'completed' | 'failed' | 'expired' | 'canceled'
      /** `failed` only because too much waits there already: the same may be started again later. */
      readonly isQueueFull?: true
      /** The service's own words, where it gave any. */
      readonly message: string | null
      readonly counts: RemoteCounts
      /** What fetches the results, stored verbatim; null where there are none. */
      readonly results: Handle | null
    }

/** One line of results. An AppError says what became of that request alone, by the one table of codes. */
export interface RemoteResult {
  readonly id: string
  readonly outcome: Extract<Progress, { state: 'done' }> | AppError
}

/** What was uploaded and is to be started, under a label of ours that the service keeps and lists. */
export interface RemoteStart {
  readonly label: string
  /** As `groupOf` gave it for every request in it. */
  readonly group: string
  readonly uploaded: Handle
}

/**
 * The batch service of a provider: many requests in one file, made within a day at a lower price. The engine stores each
 * step before it takes the next. Every method throws AppError as `ProviderSession` does; `outcome-unknown` from `start`
 * means that the batch may exist, and `find` looks for it by its label.
 */
export interface RemoteBatches {
  limits(model: string): RemoteBatchLimits
  /** What a request costs in a batch, over what it costs live, above 0 and at most 1. */
  priceShare(model: string): number
  /** Why a request cannot go into a batch; null where it can. By the same rules by which `line` refuses. */
  check(request: GenerationRequest): string | null
  /** Requests with the same group may share a batch: one model, one endpoint. */
  groupOf(request: GenerationRequest): string
  /** One line of the file, with its line end: the same request gives the same bytes. */
  line(item: RemoteRequest, call: ProviderCall): Promise<Uint8Array>
  /** Sends the file. Costs nothing and may be repeated: a file that no batch names is never charged. */
  upload(
    file: { readonly path: string; readonly byteLength: number; readonly name: string },
    call: ProviderCall,
  ): Promise<Handle>
  /** Starts the work; from here on it may cost money. The handle is enough to follow it after a restart. */
  start(batch: RemoteStart, call: ProviderCall): Promise<Handle>
  /** The handle of a batch with this label; null where the service lists none. */
  find(label: string, sinceMs: number, call: ProviderCall): Promise<Handle | null>
  look(handle: Handle, call: ProviderCall): Promise<RemoteProgress>
  /** Asks it to stop: what is made by then is kept and charged. Asked twice, or when it is over, it does nothing. */
  cancel(handle: Handle, call: ProviderCall): Promise<void>
  /** The results as lines of JSON in any order, piece by piece, never whole: a line may have 40 MB, all of them gigabytes. */
  results(results: Handle, call: ProviderCall): AsyncIterable<Uint8Array>
  /**
   * Reads one line (without its end) of what `results` gave; `model` is the batch's, which the line does not name and its
   * price follows from. A picture in it may be read in the line's own memory: both are good for as long as that is. Throws
   * AppError `bad-response` where it names no request.
   */
  readLine(line: Uint8Array, model: string): RemoteResult
  /** Takes the file and the results away from the service, where it keeps them; may fail, and nobody minds. */
  forget?(handles: readonly Handle[], call: ProviderCall): Promise<void>
}
