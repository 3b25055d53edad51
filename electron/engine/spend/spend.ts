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
}

interface OpenEntry {
  readonly id: number
  readonly batch_id: number
  readonly reserved_micros: number
  readonly started_ms: number
  readonly state: string
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

export const utcDay = (ms: number): number => Math.floor(ms / 86_400_000)

export type Spend = ReturnType<typeof openSpend>

/**
 * The ledger, one line an attempt, and the sums under the caps. Sums are kept in memory and follow the ledger in the
 * same call, so that asking before each request costs nothing.
 */
export function openSpend(storage: Storage, clock: Clock) {
  const insert = storage.prepare<(string | number | null)[]>(
    `INSERT INTO ledger (job_id, batch_id, provider, model, attempt, state, reserved_micros, currency, started_ms)
     VALUES (?, ?, ?, ?, (SELECT coalesce(max(attempt), 0) + 1 FROM ledger WHERE job_id = ?), 'reserved', ?, ?, ?)`,
  )
  const openOf = storage.prepare<[number], OpenEntry>(
    `SELECT id, batch_id, reserved_micros, started_ms, state FROM ledger
     WHERE job_id = ? AND state IN ('reserved', 'unknown') ORDER BY attempt DESC LIMIT 1`,
  )
  const end = storage.prepare<[string, number | null, number, string | null, number]>(
    'UPDATE ledger SET state = ?, settled_micros = ?, ended_ms = ?, outcome = ? WHERE id = ?',
  )
  const ofBatch = storage.prepare<[number], { state: string; count: number; reserved: number; settled: number }>(
    `SELECT state, count(*) AS count, sum(reserved_micros) AS reserved, coalesce(sum(settled_micros), 0) AS settled
     FROM ledger WHERE batch_id = ? GROUP BY state`,
  )
  const sums = storage.prepare<[], { batchId: number; day: number; state: string; reserved: number; settled: number }>(
    `SELECT batch_id AS batchId, started_ms / 86400000 AS day, state, sum(reserved_micros) AS reserved,
       coalesce(sum(settled_micros), 0) AS settled
     FROM ledger GROUP BY batch_id, day, state`,
  )
  const setPrice = storage.prepare<[string, string, number, string, number]>(
    `INSERT INTO price VALUES (?, ?, ?, ?, ?) ON CONFLICT DO UPDATE SET per_image_micros = excluded.per_image_micros,
       currency = excluded.currency, set_ms = excluded.set_ms`,
  )
  const priceOf = storage.prepare<[string, string], { micros: number }>(
    'SELECT per_image_micros AS micros FROM price WHERE provider = ? AND model = ?',
  )
  const newest = storage.prepare<[], { ms: number | null }>(
    'SELECT max(max(started_ms), coalesce(max(ended_ms), 0)) AS ms FROM ledger',
  )
  const startedSince = storage.prepare<[string, number], { ms: number }>(
    `SELECT started_ms AS ms FROM ledger WHERE provider = ? AND started_ms > ? AND state <> 'unsent' ORDER BY started_ms`,
  )
  const entries = storage.prepare<[], { count: number; broken: number }>(
    `SELECT count(*) AS count, coalesce(sum(state = 'settled' AND settled_micros IS NULL), 0) AS broken FROM ledger`,
  )

  const days = new Map<number, Total>()
  const batches = new Map<number, Total>()
  recount()

  function recount(): void {
    days.clear()
    batches.clear()
    for (const row of sums.all()) {
      const isOpen = row.state === 'reserved'
      const counted = row.state === 'settled' ? row.settled : isOpen || row.state === 'unknown' ? row.reserved : 0
      count(row.day, row.batchId, counted, isOpen ? row.reserved : 0)
    }
  }

  function count(day: number, batchId: number, countedMicros: number, openMicros: number): void {
    for (const [map, key] of [
      [days, day],
      [batches, batchId],
    ] as const) {
      const total = map.get(key) ?? { countedMicros: 0, openMicros: 0 }
      total.countedMicros += countedMicros
      total.openMicros += openMicros
      map.set(key, total)
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
    count(utcDay(entry.started_ms), entry.batch_id, countedAfter - entry.reserved_micros, -openBefore)
  }

  return {
    /** Holds money for an attempt before anything is sent. Inside the caller's transaction. */
    reserve(attempt: Attempt): void {
      const startedMs = clock.now()
      insert.run(
        attempt.jobId,
        attempt.batchId,
        attempt.provider,
        attempt.model,
        attempt.jobId,
        attempt.reservedMicros,
        attempt.currency,
        startedMs,
      )
      count(utcDay(startedMs), attempt.batchId, attempt.reservedMicros, attempt.reservedMicros)
    },
    finish,
    /** Reads the sums again from the ledger, after a transaction that was undone. */
    recount,

    /**
     * Whether a request fits under a cap: `fits`; `later`, when money now reserved may come back; or how much is left
     * where it can never fit today.
     */
    room(wanted: {
      batchId: number
      micros: number
      batchCapMicros: number | null
      dailyCapMicros: number | null
    }): { fits: 'now' | 'later' } | { fits: 'no'; leftMicros: number } {
      if (wanted.micros === 0) return { fits: 'now' }
      const caps: [number | null, Total | undefined][] = [
        [wanted.dailyCapMicros, days.get(utcDay(clock.now()))],
        [wanted.batchCapMicros, batches.get(wanted.batchId)],
      ]
      let later = false
      let leftMicros = Number.POSITIVE_INFINITY
      for (const [cap, total] of caps) {
        if (cap === null) continue
        const counted = total?.countedMicros ?? 0
        if (counted + wanted.micros <= cap) continue
        if (counted - (total?.openMicros ?? 0) + wanted.micros <= cap) later = true
        else leftMicros = Math.min(leftMicros, Math.max(0, cap - counted))
      }
      if (leftMicros !== Number.POSITIVE_INFINITY) return { fits: 'no', leftMicros }
      return { fits: later ? 'later' : 'now' }
    },

    countedTodayMicros: (): number => days.get(utcDay(clock.now()))?.countedMicros ?? 0,
    countedOfBatchMicros: (batchId: number): number => batches.get(batchId)?.countedMicros ?? 0,

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

    /** A person's price for a model without one. */
    setPrice: (provider: string, model: string, perImageMicros: number): void =>
      void setPrice.run(provider, model, perImageMicros, 'USD', clock.now()),
    /** The price a person entered, null where none was. */
    price: (provider: string, model: string): number | null => priceOf.get(provider, model)?.micros ?? null,

    /** When requests of a provider were started since a time, oldest first: what its limits count after a restart. */
    startedSince: (provider: string, sinceMs: number): number[] =>
      startedSince.all(provider, sinceMs).map((row) => row.ms),
    newestMs: (): number => newest.get()?.ms ?? 0,
    verify: () => entries.get() ?? { count: 0, broken: 0 },
  }
}
