import type { RemoteCounts } from '#engine/providers/provider.ts'
import type { Clock, Storage } from '#engine/storage/storage.ts'
import type { RemoteBatch, RemoteBatchState } from '#shared/contract/remote-batches.ts'

type How = NonNullable<RemoteBatch['how']>

/** A remote batch as it is stored. */
export interface RemoteRow {
  readonly id: number
  readonly batchId: number
  readonly provider: string
  readonly model: string
  readonly group: string
  readonly label: string
  readonly state: RemoteBatchState
  readonly how: How | null
  readonly imported: number
  /** Of an imported one: what each of its pictures cost, in micros. */
  readonly priceMicros: number | null
  readonly requests: number
  readonly uploadedJson: string | null
  readonly handleJson: string | null
  readonly resultsJson: string | null
  readonly seenTotal: number | null
  readonly seenSucceeded: number | null
  readonly seenFailed: number | null
  readonly cancelAsked: number
  readonly message: string | null
  readonly createdMs: number
  readonly startedMs: number | null
  readonly lookedMs: number | null
  readonly expiresMs: number | null
  readonly endedMs: number | null
}

export interface NewRemote {
  readonly batchId: number
  readonly provider: string
  readonly model: string
  readonly group: string
  readonly label: string
}

const columns = `id, batch_id AS batchId, provider, model, group_name AS "group", label, state, how, imported,
  price_micros AS priceMicros, requests, uploaded_json AS uploadedJson, handle_json AS handleJson, results_json AS resultsJson,
  seen_total AS seenTotal, seen_succeeded AS seenSucceeded, seen_failed AS seenFailed, cancel_asked AS cancelAsked, message,
  created_ms AS createdMs, started_ms AS startedMs, looked_ms AS lookedMs, expires_ms AS expiresMs, ended_ms AS endedMs`

export type RemoteTable = ReturnType<typeof openRemoteTable>

/** The remote_batch table: each move from state to state is one statement that names the states it may leave. */
export function openRemoteTable(storage: Storage, clock: Clock) {
  const insert = storage.prepare<(string | number | null)[], { id: number }>(
    `INSERT INTO remote_batch (batch_id, provider, model, group_name, label, state, created_ms)
     VALUES (?, ?, ?, ?, ?, 'preparing', ?) RETURNING id`,
  )
  const insertImported = storage.prepare<(string | number | null)[], { id: number }>(
    `INSERT INTO remote_batch (batch_id, provider, model, group_name, label, state, how, imported, price_micros, created_ms)
     VALUES (?, ?, ?, '', ?, 'reading', 'completed', 1, ?, ?) RETURNING id`,
  )
  const insertStarted = storage.prepare<(string | number)[], { id: number }>(
    `INSERT INTO remote_batch (batch_id, provider, model, group_name, label, state, uploaded_json, started_ms, created_ms)
     VALUES (?, ?, ?, ?, ?, 'starting', ?, ?, ?) RETURNING id`,
  )
  const byLabel = storage.prepare<[string], RemoteRow>(`SELECT ${columns} FROM remote_batch WHERE label = ?`)
  const startedBefore = storage.prepare<[string, number, number]>(
    `UPDATE remote_batch SET state = 'starting', uploaded_json = ?, started_ms = ? WHERE id = ? AND state IN ('preparing', 'uploaded')`,
  )
  const addRequests = storage.prepare<[number, number]>('UPDATE remote_batch SET requests = requests + ? WHERE id = ?')
  const one = storage.prepare<[number], RemoteRow>(`SELECT ${columns} FROM remote_batch WHERE id = ?`)
  const open = storage.prepare<[], RemoteRow>(
    `SELECT ${columns} FROM remote_batch INDEXED BY remote_batch_open WHERE state <> 'over' ORDER BY id`,
  )
  const all = storage.prepare<[], RemoteRow>(`SELECT ${columns} FROM remote_batch ORDER BY id DESC`)
  const ofBatch = storage.prepare<[number], RemoteRow>(
    `SELECT ${columns} FROM remote_batch WHERE batch_id = ? ORDER BY id DESC`,
  )
  const startedSince = storage.prepare<[string, number], { ms: number }>(
    'SELECT started_ms AS ms FROM remote_batch WHERE provider = ? AND started_ms > ? ORDER BY started_ms',
  )
  const reading = storage.prepare<[string], { found: number }>(
    `SELECT EXISTS (SELECT 1 FROM remote_batch INDEXED BY remote_batch_open WHERE state = 'reading' AND state <> 'over'
       AND provider = ?) AS found`,
  )
  const uploaded = storage.prepare<[string, number]>(
    `UPDATE remote_batch SET state = 'uploaded', uploaded_json = ?, message = NULL WHERE id = ? AND state = 'preparing'`,
  )
  const preparing = storage.prepare<[number]>(
    `UPDATE remote_batch SET state = 'preparing', uploaded_json = NULL, started_ms = NULL WHERE id = ? AND state IN ('uploaded', 'starting')`,
  )
  const starting = storage.prepare<[number, number]>(
    `UPDATE remote_batch SET state = 'starting', started_ms = ? WHERE id = ? AND state = 'uploaded'`,
  )
  const notStarted = storage.prepare<[number]>(
    `UPDATE remote_batch SET state = 'uploaded', started_ms = NULL WHERE id = ? AND state = 'starting'`,
  )
  const working = storage.prepare<[string, number]>(
    `UPDATE remote_batch SET state = 'working', handle_json = ?, message = NULL WHERE id = ? AND state IN ('starting', 'lost')`,
  )
  const seen = storage.prepare<(number | null)[]>(
    `UPDATE remote_batch SET seen_total = ?, seen_succeeded = ?, seen_failed = ?, expires_ms = coalesce(?, expires_ms), looked_ms = ?
     WHERE id = ? AND state = 'working'`,
  )
  const ended = storage.prepare<[string, string | null, string | null, number]>(
    `UPDATE remote_batch SET state = 'reading', how = ?, message = ?, results_json = ? WHERE id = ? AND state = 'working'`,
  )
  const over = storage.prepare<[string, number, number]>(
    `UPDATE remote_batch SET state = 'over', how = coalesce(how, ?), ended_ms = ? WHERE id = ? AND state <> 'over'`,
  )
  const refilled = storage.prepare<[string, number]>(
    `UPDATE remote_batch SET state = 'uploaded', label = ?, started_ms = NULL, handle_json = NULL, seen_total = NULL,
       seen_succeeded = NULL, seen_failed = NULL, expires_ms = NULL WHERE id = ? AND state = 'working'`,
  )
  const lost = storage.prepare<[string, number]>(
    `UPDATE remote_batch SET state = 'lost', message = ? WHERE id = ? AND state IN ('starting', 'working')`,
  )
  const say = storage.prepare<[string | null, number]>('UPDATE remote_batch SET message = ? WHERE id = ?')
  const askCancel = storage.prepare<[number]>(
    `UPDATE remote_batch SET cancel_asked = 1 WHERE id = ? AND state IN ('preparing', 'uploaded', 'starting', 'working')`,
  )

  return {
    /** Inside the caller's transaction. */
    add: (of: NewRemote): number =>
      insert.get(of.batchId, of.provider, of.model, of.group, of.label, clock.now())?.id ?? 0,
    /** One whose results are a file that is here already. */
    addImported: (of: Omit<NewRemote, 'group'> & { readonly priceMicros: number }): number =>
      insertImported.get(of.batchId, of.provider, of.model, of.label, of.priceMicros, clock.now())?.id ?? 0,
    /** One that was started before this database knew of it. */
    addStarted: (of: NewRemote & { readonly uploadedJson: string; readonly startedMs: number }): number =>
      insertStarted.get(
        of.batchId,
        of.provider,
        of.model,
        of.group,
        of.label,
        of.uploadedJson,
        of.startedMs,
        of.startedMs,
      )?.id ?? 0,
    byLabel: (label: string): RemoteRow | null => byLabel.get(label) ?? null,
    /** It was started already, which this database did not know. */
    toStartedBefore: (id: number, uploadedJson: string, startedMs: number): boolean =>
      startedBefore.run(uploadedJson, startedMs, id).changes > 0,
    addRequests: (id: number, count: number): void => void addRequests.run(count, id),
    get: (id: number): RemoteRow | null => one.get(id) ?? null,
    /** All that are not over, the lost ones too, the oldest first. */
    open: (): RemoteRow[] => open.all(),
    /** The newest first. */
    list: (batchId: number | null): RemoteRow[] => (batchId === null ? all.all() : ofBatch.all(batchId)),
    /** When remote batches of a provider were started since a time, the oldest first. */
    startedSince: (provider: string, sinceMs: number): number[] =>
      startedSince.all(provider, sinceMs).map((row) => row.ms),
    isReading: (provider: string): boolean => reading.get(provider)?.found === 1,
    toUploaded: (id: number, uploadedJson: string): boolean => uploaded.run(uploadedJson, id).changes > 0,
    /** What was uploaded is gone at the service. */
    toPreparing: (id: number): boolean => preparing.run(id).changes > 0,
    toStarting: (id: number): boolean => starting.run(clock.now(), id).changes > 0,
    /** The service refused to start it for now: it was not started. */
    toNotStarted: (id: number): boolean => notStarted.run(id).changes > 0,
    toWorking: (id: number, handleJson: string): boolean => working.run(handleJson, id).changes > 0,
    seen: (id: number, counts: RemoteCounts, expiresMs: number | null): void =>
      void seen.run(counts.total, counts.succeeded, counts.failed, expiresMs, clock.now(), id),
    toReading: (id: number, how: How, message: string | null, resultsJson: string | null): boolean =>
      ended.run(how, message, resultsJson, id).changes > 0,
    /** `how` for one that never got so far that the service could say. */
    toOver: (id: number, how: How): boolean => over.run(how, clock.now(), id).changes > 0,
    /** Refused as a whole because too much waits at the service: started again later, under another label. */
    toStartAgain: (id: number, label: string): boolean => refilled.run(label, id).changes > 0,
    toLost: (id: number, message: string): boolean => lost.run(message, id).changes > 0,
    say: (id: number, message: string | null): void => void say.run(message, id),
    askCancel: (id: number): boolean => askCancel.run(id).changes > 0,
  }
}
