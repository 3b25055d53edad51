import type { Clock, Storage } from '#engine/storage/storage.ts'

/** How an attempt ended, for the ledger. `unsent` never left this machine; `released` was sent and not charged. */
export type LedgerOutcome =
  | { readonly state: 'settled'; readonly micros: number }
  | { readonly state: 'released' | 'unsent' | 'unknown' }

interface Attempt {
  readonly jobId: number
  readonly batchId: number
  readonly provider: string
  readonly model: string
  /** The most this attempt can cost. */
  readonly reservedMicros: number
  readonly currency: string
  /** When it was sent, where that was before now. */
  readonly startedMs?: number
  /** The remote batch that it goes in; absent or null where it goes live. */
  readonly remoteBatchId?: number | null
}

interface OpenEntry {
  readonly id: number
  readonly batch_id: number
  readonly provider: string
  readonly reserved_micros: number
  readonly started_ms: number
  readonly state: string
  readonly remote_batch_id: number | null
}

/** Sums of a batch, in micros; `requests` counts every attempt that left this machine. */
export interface BatchSpend {
  readonly requests: number
  readonly reservedMicros: number
  readonly settledMicros: number
  readonly unknownMicros: number
}

/** Counted under a cap: settled, still reserved and unknown; `openMicros` is the part that may yet come back. */
interface Total {
  countedMicros: number
  openMicros: number
}

/** The most that may be counted, in micros; null for no cap. */
export interface Caps {
  readonly batchMicros: number | null
  readonly dayMicros: number | null
  readonly providerDayMicros: number | null
  readonly monthMicros: number | null
}

interface Counted {
  readonly batchId: number
  readonly provider: string
  readonly atMs: number
}

const dayMs = 86_400_000

/** The sums that a request counts in, in the order of `Caps`; days and months are those of UTC. */
function keysOf({ batchId, provider, atMs }: Counted): string[] {
  const day = new Date(atMs).toISOString().slice(0, 10)
  return [`batch ${batchId}`, `day ${day}`, `day ${day} ${provider}`, `month ${day.slice(0, 7)}`]
}

export type Spend = ReturnType<typeof openSpend>

/**
 * The ledger, one line an attempt, and the sums under the caps. Sums are kept in memory and follow the ledger in the
 * same call, so that asking before each request costs nothing.
 */
export function openSpend(storage: Storage, clock: Clock) {
  const insert = storage.prepare<(string | number | null)[]>(
    `INSERT INTO ledger (job_id, batch_id, provider, model, attempt, state, reserved_micros, currency, started_ms,
       remote_batch_id)
     VALUES (?, ?, ?, ?, (SELECT coalesce(max(attempt), 0) + 1 FROM ledger WHERE job_id = ?), 'reserved', ?, ?, ?, ?)`,
  )
  const openOf = storage.prepare<[number], OpenEntry>(
    `SELECT id, batch_id, provider, reserved_micros, started_ms, state, remote_batch_id FROM ledger
     WHERE job_id = ? AND state IN ('reserved', 'unknown') ORDER BY attempt DESC LIMIT 1`,
  )
  const end = storage.prepare<[string, number | null, number, string | null, number]>(
    'UPDATE ledger SET state = ?, settled_micros = ?, ended_ms = ?, outcome = ? WHERE id = ?',
  )
  const ofBatch = storage.prepare<[number], { state: string; count: number; reserved: number; settled: number }>(
    `SELECT state, count(*) AS count, sum(reserved_micros) AS reserved, coalesce(sum(settled_micros), 0) AS settled
     FROM ledger WHERE batch_id = ? GROUP BY state`,
  )
  const ofRemote = storage.prepare<[number], { state: string; reserved: number; settled: number }>(
    `SELECT state, sum(reserved_micros) AS reserved, coalesce(sum(settled_micros), 0) AS settled
     FROM ledger WHERE remote_batch_id = ? GROUP BY state`,
  )
  const moveRemote = storage.prepare<[number, number]>(
    `UPDATE ledger SET remote_batch_id = ? WHERE job_id = ? AND state = 'reserved'`,
  )
  const sums = storage.prepare<
    [],
    { batchId: number; provider: string; day: number; state: string; reserved: number; settled: number }
  >(
    `SELECT batch_id AS batchId, provider, started_ms / 86400000 AS day, state, sum(reserved_micros) AS reserved,
       coalesce(sum(settled_micros), 0) AS settled
     FROM ledger GROUP BY batch_id, provider, day, state`,
  )
  const forgetPrice = storage.prepare<[string, string]>('DELETE FROM price WHERE provider = ? AND model = ?')
  const priceOf = storage.prepare<[string, string], { micros: number }>(
    'SELECT per_image_micros AS micros FROM price WHERE provider = ? AND model = ?',
  )
  const newest = storage.prepare<[], { ms: number | null }>(
    'SELECT max(max(started_ms), coalesce(max(ended_ms), 0)) AS ms FROM ledger',
  )
  const startedSince = storage.prepare<[string, number], { ms: number }>(
    `SELECT started_ms AS ms FROM ledger WHERE provider = ? AND started_ms > ? AND state <> 'unsent'
       AND remote_batch_id IS NULL ORDER BY started_ms`,
  )
  const entries = storage.prepare<[], { count: number; broken: number }>(
    `SELECT count(*) AS count, coalesce(sum(state = 'settled' AND settled_micros IS NULL), 0) AS broken FROM ledger`,
  )

  const totals = new Map<string, Total>()
  recount()

  function recount(): void {
    totals.clear()
    for (const row of sums.all()) {
      const isOpen = row.state === 'reserved'
      const counted = row.state === 'settled' ? row.settled : isOpen || row.state === 'unknown' ? row.reserved : 0
      count({ ...row, atMs: row.day * dayMs }, counted, isOpen ? row.reserved : 0)
    }
  }

  function count(of: Counted, countedMicros: number, openMicros: number): void {
    for (const key of keysOf(of)) {
      const total = totals.get(key) ?? { countedMicros: 0, openMicros: 0 }
      total.countedMicros += countedMicros
      total.openMicros += openMicros
      totals.set(key, total)
    }
  }

  /** Ends the job's open (or unknown) entry. Inside the caller's transaction, with the move that it belongs to. */
  function finish(jobId: number, outcome: LedgerOutcome, note: string | null = null): void {
    const entry = openOf.get(jobId)
    if (!entry) return
    const settled = outcome.state === 'settled' ? outcome.micros : null
    end.run(outcome.state, settled, clock.now(), note, entry.id)
    const countedAfter =
      outcome.state === 'settled' ? outcome.micros : outcome.state === 'unknown' ? entry.reserved_micros : 0
    const openBefore = entry.state === 'reserved' ? entry.reserved_micros : 0
    count(
      { batchId: entry.batch_id, provider: entry.provider, atMs: entry.started_ms },
      countedAfter - entry.reserved_micros,
      -openBefore,
    )
  }

  return {
    /** Holds money for an attempt before anything is sent. Inside the caller's transaction. */
    reserve(attempt: Attempt): void {
      const startedMs = attempt.startedMs ?? clock.now()
      insert.run(
        attempt.jobId,
        attempt.batchId,
        attempt.provider,
        attempt.model,
        attempt.jobId,
        attempt.reservedMicros,
        attempt.currency,
        startedMs,
        attempt.remoteBatchId ?? null,
      )
      count({ ...attempt, atMs: startedMs }, attempt.reservedMicros, attempt.reservedMicros)
    },
    finish,
    /** Whether the job's open entry was made for this remote batch. */
    isOpenFor: (jobId: number, remoteBatchId: number): boolean => openOf.get(jobId)?.remote_batch_id === remoteBatchId,
    /** Whether a job has money held, or a charge that nobody is sure of. */
    hasOpen: (jobId: number): boolean => openOf.get(jobId) !== undefined,
    /** Reads the sums again from the ledger, after a transaction that was undone. */
    recount,

    /**
     * Whether a request fits under a cap: `fits`; `later`, when money now reserved may come back; or how much is left
     * where it can never fit today.
     */
    room(
      wanted: { batchId: number; provider: string; micros: number },
      caps: Caps,
    ): { fits: 'now' | 'later' } | { fits: 'no'; leftMicros: number } {
      if (wanted.micros === 0) return { fits: 'now' }
      const keys = keysOf({ ...wanted, atMs: clock.now() })
      const limits = [caps.batchMicros, caps.dayMicros, caps.providerDayMicros, caps.monthMicros]
      let later = false
      let leftMicros = Number.POSITIVE_INFINITY
      for (const [at, key] of keys.entries()) {
        const cap = limits[at] ?? null
        if (cap === null) continue
        const { countedMicros, openMicros } = totals.get(key) ?? { countedMicros: 0, openMicros: 0 }
        if (countedMicros + wanted.micros <= cap) continue
        if (countedMicros - openMicros + wanted.micros <= cap) later = true
        else leftMicros = Math.min(leftMicros, Math.max(0, cap - countedMicros))
      }
      if (leftMicros !== Number.POSITIVE_INFINITY) return { fits: 'no', leftMicros }
      return { fits: later ? 'later' : 'now' }
    },

    /** Money of a remote batch, in micros. */
    ofRemote(remoteBatchId: number): { reservedMicros: number; settledMicros: number; unknownMicros: number } {
      const rows = ofRemote.all(remoteBatchId)
      const of = (state: string) => rows.find((row) => row.state === state)
      return {
        reservedMicros: of('reserved')?.reserved ?? 0,
        settledMicros: of('settled')?.settled ?? 0,
        unknownMicros: of('unknown')?.reserved ?? 0,
      }
    },
    /** The job's open entry counts for another remote batch. Inside the caller's transaction. */
    moveToRemote: (jobId: number, remoteBatchId: number): void => void moveRemote.run(remoteBatchId, jobId),
    countedOfBatchMicros: (batchId: number): number => totals.get(`batch ${batchId}`)?.countedMicros ?? 0,

    ofBatch(batchId: number): BatchSpend {
      const rows = ofBatch.all(batchId)
      const sum = (state: string, of: 'reserved' | 'settled') => rows.find((row) => row.state === state)?.[of] ?? 0
      return {
        requests: rows.filter((row) => row.state !== 'unsent').reduce((total, row) => total + row.count, 0),
        reservedMicros: sum('reserved', 'reserved'),
        settledMicros: sum('settled', 'settled'),
        unknownMicros: sum('unknown', 'reserved'),
      }
    },

    /** The price of a picture that a person entered in an earlier version, null where none was; later ones are settings. */
    price: (provider: string, model: string): number | null => priceOf.get(provider, model)?.micros ?? null,
    forgetPrice: (provider: string, model: string): void => void forgetPrice.run(provider, model),

    /** When live requests of a provider were started since a time, oldest first: what its limits count after a restart. */
    startedSince: (provider: string, sinceMs: number): number[] =>
      startedSince.all(provider, sinceMs).map((row) => row.ms),
    newestMs: (): number => newest.get()?.ms ?? 0,
    /** Counts the ledger again: its lines, broken ones, and sums under the caps that had drifted from it. */
    verify(): { count: number; broken: number; drifted: number } {
      const before = new Map(totals)
      recount()
      const isSame = (key: string) =>
        (before.get(key)?.countedMicros ?? 0) === (totals.get(key)?.countedMicros ?? 0) &&
        (before.get(key)?.openMicros ?? 0) === (totals.get(key)?.openMicros ?? 0)
      const keys = new Set([...before.keys(), ...totals.keys()])
      return { ...(entries.get() ?? { count: 0, broken: 0 }), drifted: [...keys].filter((key) => !isSame(key)).length }
    },
  }
}
