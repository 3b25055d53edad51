/**
 * Remote batches: many jobs in one file at their provider. A job in one is `running` with its `remote_batch_id`, whatever
 * step the remote batch is at. `run_start` says when jobs of a run may start; a job without one may at once.
 */
export const remoteBatches = {
  version: 130,
  sql: `
-- generation/remote
CREATE TABLE remote_batch (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  group_name TEXT NOT NULL,
  label TEXT NOT NULL UNIQUE,
  state TEXT NOT NULL CHECK (state IN ('preparing', 'uploaded', 'starting', 'working', 'reading', 'over', 'lost')),
  how TEXT CHECK (how IN ('completed', 'failed', 'expired', 'canceled', 'unsent')),
  imported INTEGER NOT NULL DEFAULT 0 CHECK (imported IN (0, 1)),
  price_micros INTEGER CHECK (price_micros >= 0),
  requests INTEGER NOT NULL DEFAULT 0,
  uploaded_json TEXT,
  handle_json TEXT,
  results_json TEXT,
  seen_total INTEGER,
  seen_succeeded INTEGER,
  seen_failed INTEGER,
  cancel_asked INTEGER NOT NULL DEFAULT 0 CHECK (cancel_asked IN (0, 1)),
  message TEXT,
  created_ms INTEGER NOT NULL,
  started_ms INTEGER,
  looked_ms INTEGER,
  expires_ms INTEGER,
  ended_ms INTEGER,
  -- What can be started was uploaded, what is followed has a handle, and what is over says how.
  CHECK (state NOT IN ('uploaded', 'starting') OR uploaded_json IS NOT NULL),
  CHECK (state NOT IN ('starting', 'working') OR started_ms IS NOT NULL),
  CHECK (state NOT IN ('working', 'reading') OR handle_json IS NOT NULL OR imported = 1),
  CHECK ((state IN ('reading', 'over')) = (how IS NOT NULL)),
  CHECK ((state = 'over') = (ended_ms IS NOT NULL)),
  CHECK (imported = 0 OR state IN ('reading', 'over')),
  CHECK (price_micros IS NULL OR imported = 1)
) STRICT;
CREATE INDEX remote_batch_open ON remote_batch (state, id) WHERE state <> 'over';
CREATE INDEX remote_batch_of ON remote_batch (batch_id, id);
CREATE INDEX remote_batch_started ON remote_batch (provider, started_ms) WHERE started_ms IS NOT NULL;

-- jobs
CREATE TABLE run_start (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  at_ms INTEGER,
  from_minute INTEGER CHECK (from_minute BETWEEN 0 AND 1439),
  to_minute INTEGER CHECK (to_minute BETWEEN 0 AND 1439),
  -- Either a time, or a window of every day.
  CHECK ((at_ms IS NULL) = (from_minute IS NOT NULL)),
  CHECK ((from_minute IS NULL) = (to_minute IS NULL))
) STRICT;
CREATE INDEX run_start_batch ON run_start (batch_id);
ALTER TABLE job ADD COLUMN route TEXT NOT NULL DEFAULT 'live' CHECK (route IN ('live', 'batch'));
ALTER TABLE job ADD COLUMN start_id INTEGER NOT NULL DEFAULT 0;
ALTER TABLE job ADD COLUMN remote_batch_id INTEGER REFERENCES remote_batch (id)
  CHECK (remote_batch_id IS NULL OR state NOT IN ('queued', 'submitting', 'saving'));
DROP INDEX job_claim;
DROP INDEX job_waiting;
CREATE INDEX job_claim ON job (batch_id, provider, route, start_id, priority DESC, position)
  WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
CREATE INDEX job_waiting ON job (provider, route, not_before_ms) WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
CREATE INDEX job_remote ON job (remote_batch_id, state, error_code) WHERE remote_batch_id IS NOT NULL;
CREATE INDEX job_followed ON job (state) WHERE state IN ('submitting', 'running', 'saving', 'unknown') AND remote_batch_id IS NULL;

-- spend
ALTER TABLE ledger ADD COLUMN remote_batch_id INTEGER REFERENCES remote_batch (id);
CREATE INDEX ledger_remote ON ledger (remote_batch_id, state) WHERE remote_batch_id IS NOT NULL;
DROP INDEX ledger_started;
CREATE INDEX ledger_started ON ledger (provider, started_ms) WHERE remote_batch_id IS NULL;
`,
} as const
