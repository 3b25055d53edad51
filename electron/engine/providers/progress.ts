/** An id or a set of ids and URLs that follow a running job, stored verbatim: enough to poll after a restart. */
export type Handle = Readonly<Record<string, string>>

/** Money in micros of a currency. */
export interface Cost {
  readonly micros: number
  readonly currency: string
}

/** One picture of a reply. `withheld`: the provider refused to show it; `billed` is null where it does not say. */
export type Output =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array; readonly seed: number | null }
  | { readonly kind: 'url'; readonly url: string; readonly seed: number | null }
  | { readonly kind: 'withheld'; readonly reason: string; readonly billed: boolean | null }

/** `fraction` is 0 to 1, null where the provider does not say; `settled` is null where it names no cost. */
export type Progress =
  | {
      readonly state: 'pending'
      readonly handle: Handle
      readonly pollAfterMs: number
      readonly fraction: number | null
    }
  | { readonly state: 'done'; readonly outputs: readonly Output[]; readonly settled: Cost | null }

/** What goes with one call. `input` gives the bytes of a picture that the request names by SHA-256. */
export interface ProviderCall {
  readonly signal: AbortSignal
  readonly input: (sha256: string) => Promise<Uint8Array>
  /** Told of each reply's headers, so that the lane learns its limits from them. */
  readonly onHeaders?: (status: number, headers: Readonly<Record<string, string>>) => void
}
