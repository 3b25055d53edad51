import { openSync, writeSync } from 'node:fs'

/** One line of the ledger: times are ms since 1970. A refused or failed request has `pictures: 0`. */
export interface LedgerEntry {
  readonly n: number
  readonly prompt: string
  readonly seed: number | null
  /** The SHA-256 of each picture that came with it, in its order; absent where this wire takes none. */
  readonly inputs?: readonly string[]
  /** 1 is the first; 0 for one that was not let in: a wrong key, or a limit. */
  readonly attempt: number
  readonly receivedMs: number
  /** How long making the picture took, apart from waiting for anything else. */
  serviceMs: number
  /** The reply's last byte is out, or the connection is gone; null while it is in flight. */
  endedMs: number | null
  /** The reply's status, null where none was sent whole. */
  status: number | null
  pictures: number
  billedMicros: number
  remoteId: string | null
  canceled: boolean
  /** Refused with 429, because a limit of this provider was passed (scripted 429s do not count). */
  readonly overLimit: boolean
}

export interface PromptTotal {
  readonly requests: number
  readonly pictures: number
  readonly billedMicros: number
}

/** What a provider's bookkeeping would say, whatever the client believes. */
export interface Ledger {
  readonly requests: number
  readonly pictures: number
  readonly billedMicros: number
  /** The largest number of requests in flight at once, from received to the last byte. */
  readonly maxInFlight: number
  readonly byPrompt: Readonly<Record<string, PromptTotal>>
  readonly remoteIds: readonly string[]
  /** Requests that passed a limit of this provider. */
  readonly overLimit: number
  readonly entries: readonly LedgerEntry[]
}

export interface LedgerBook {
  received(about: Pick<LedgerEntry, 'prompt' | 'seed' | 'inputs' | 'attempt' | 'overLimit'>): LedgerEntry
  billed(entry: LedgerEntry, pictures: number, micros: number): void
  accepted(entry: LedgerEntry, remoteId: string): void
  canceled(entry: LedgerEntry): void
  ended(entry: LedgerEntry, status: number | null): void
  inFlight(): number
  read(): Ledger
}

/**
 * Keeps the ledger in memory and, with a file, appends each change there before anything else happens: so the file can be
 * compared with a client that was killed, and even if this process is.
 */
export function openLedger(file: string | null): LedgerBook {
  const entries: LedgerEntry[] = []
  const descriptor = file === null ? null : openSync(file, 'a')
  let inFlight = 0
  let maxInFlight = 0
  const write = (change: string, entry: LedgerEntry): void => {
    if (descriptor === null) return
    writeSync(descriptor, `${JSON.stringify({ change, atMs: Date.now(), ...entry })}\n`)
  }
  return {
    received: (about) => {
      const entry: LedgerEntry = {
        n: entries.length + 1,
        ...about,
        receivedMs: Date.now(),
        serviceMs: 0,
        endedMs: null,
        status: null,
        pictures: 0,
        billedMicros: 0,
        remoteId: null,
        canceled: false,
      }
      entries.push(entry)
      inFlight++
      maxInFlight = Math.max(maxInFlight, inFlight)
      write('received', entry)
      return entry
    },
    billed: (entry, pictures, micros) => {
      entry.pictures += pictures
      entry.billedMicros += pictures * micros
      write('billed', entry)
    },
    accepted: (entry, remoteId) => {
      entry.remoteId = remoteId
      write('accepted', entry)
    },
    canceled: (entry) => {
      entry.canceled = true
      write('canceled', entry)
    },
    ended: (entry, status) => {
      if (entry.endedMs !== null) return
      entry.endedMs = Date.now()
      entry.status = status
      inFlight--
      write('ended', entry)
    },
    inFlight: () => inFlight,
    read: () => summary(entries, maxInFlight),
  }
}

/** Reads a ledger file back: the last line about each request counts. A last line that was cut off is left out. */
export function ledgerFromLines(text: string): Ledger {
  const latest = new Map<number, LedgerEntry>()
  let maxInFlight = 0
  let inFlight = 0
  for (const line of text.split('\n').slice(0, -1)) {
    const { change, atMs: _atMs, ...entry }: LedgerEntry & { change: string; atMs: number } = JSON.parse(line)
    latest.set(entry.n, entry)
    if (change === 'received') inFlight++
    if (change === 'ended') inFlight--
    maxInFlight = Math.max(maxInFlight, inFlight)
  }
  return summary([...latest.values()], maxInFlight)
}

function summary(entries: readonly LedgerEntry[], maxInFlight: number): Ledger {
  const byPrompt: Record<string, PromptTotal> = Object.create(null)
  for (const entry of entries) {
    const before = byPrompt[entry.prompt] ?? { requests: 0, pictures: 0, billedMicros: 0 }
    byPrompt[entry.prompt] = {
      requests: before.requests + 1,
      pictures: before.pictures + entry.pictures,
      billedMicros: before.billedMicros + entry.billedMicros,
    }
  }
  const sum = (of: (entry: LedgerEntry) => number): number => entries.reduce((total, entry) => total + of(entry), 0)
  return {
    requests: entries.length,
    pictures: sum((entry) => entry.pictures),
    billedMicros: sum((entry) => entry.billedMicros),
    maxInFlight,
    byPrompt,
    remoteIds: entries.flatMap((entry) => entry.remoteId ?? []),
    overLimit: entries.filter((entry) => entry.overLimit).length,
    entries: entries.map((entry) => ({ ...entry })),
  }
}
