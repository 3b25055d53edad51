/**
 * The first schema. Money in integer micros, times in ms since 1970, rules that matter in CHECKs and partial indexes.
 * Each table is written by one room only, named above it.
 */
export const first = {
  version: 10,
  sql: `
-- settings
CREATE TABLE setting (
  key TEXT PRIMARY KEY,
  value_json TEXT NOT NULL
) STRICT;

-- batches
CREATE TABLE sheet (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL,
  sha256 TEXT NOT NULL,
  byte_length INTEGER NOT NULL,
  added_ms INTEGER NOT NULL,
  UNIQUE (sha256, name)
) STRICT;

CREATE TABLE batch (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  sheet_id INTEGER NOT NULL REFERENCES sheet (id),
  identity TEXT NOT NULL,
  settings_json TEXT NOT NULL,
  rows INTEGER NOT NULL,
  paused INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  planned INTEGER NOT NULL DEFAULT 0 CHECK (planned IN (0, 1)),
  cap_micros INTEGER,
  all_final_micros INTEGER,
  created_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX batch_identity ON batch (identity);

CREATE TABLE prompt (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  row INTEGER NOT NULL,
  line INTEGER NOT NULL,
  client_id TEXT,
  text TEXT NOT NULL,
  negative TEXT,
  wanted_width INTEGER,
  wanted_height INTEGER,
  columns_json TEXT NOT NULL
) STRICT;
CREATE INDEX prompt_batch ON prompt (batch_id, row);

-- jobs
CREATE TABLE job (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  tile_id INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('draft', 'final')),
  position INTEGER NOT NULL,
  variant INTEGER NOT NULL,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  prompt_hash TEXT NOT NULL,
  request_json TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('queued', 'submitting', 'running', 'saving', 'done', 'failed', 'unknown', 'canceled')),
  hold_reason TEXT CHECK (hold_reason IN ('budget', 'unknown-twin', 'no-price', 'sample')),
  follows INTEGER NOT NULL DEFAULT 0 CHECK (follows IN (0, 1)),
  priority INTEGER NOT NULL DEFAULT 0,
  retries INTEGER NOT NULL DEFAULT 0,
  waits INTEGER NOT NULL DEFAULT 0,
  not_before_ms INTEGER NOT NULL DEFAULT 0,
  handle_json TEXT,
  outputs_json TEXT,
  error_code TEXT,
  error_message TEXT,
  dismissed INTEGER NOT NULL DEFAULT 0 CHECK (dismissed IN (0, 1)),
  moved_from TEXT,
  source_image_id INTEGER,
  redrawn INTEGER NOT NULL DEFAULT 0 CHECK (redrawn IN (0, 1)),
  estimate_micros INTEGER CHECK (estimate_micros >= 0),
  currency TEXT NOT NULL,
  updated_ms INTEGER NOT NULL,
  CHECK (state <> 'running' OR handle_json IS NOT NULL),
  CHECK (state <> 'saving' OR outputs_json IS NOT NULL),
  CHECK ((state IN ('failed', 'unknown')) = (error_code IS NOT NULL)),
  CHECK (hold_reason IS NULL OR state = 'queued'),
  CHECK (stage = 'final' OR tile_id = id),
  CHECK ((stage = 'final') = (source_image_id IS NOT NULL))
) STRICT;
CREATE UNIQUE INDEX job_single_flight ON job (prompt_hash) WHERE state IN ('submitting', 'running', 'saving', 'unknown');
CREATE INDEX job_claim ON job (batch_id, provider, priority DESC, position) WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
CREATE INDEX job_waiting ON job (provider, not_before_ms) WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
CREATE INDEX job_counts ON job (batch_id, state, stage, hold_reason, follows, provider, estimate_micros);
CREATE INDEX job_order ON job (batch_id, stage, position);
CREATE INDEX job_hash ON job (prompt_hash, state);
CREATE INDEX job_prompt ON job (prompt_id, stage, variant);
CREATE INDEX job_tile ON job (tile_id) WHERE stage = 'final';

-- spend
CREATE TABLE ledger (
  id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES job (id),
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  attempt INTEGER NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('reserved', 'settled', 'released', 'unsent', 'unknown')),
  reserved_micros INTEGER NOT NULL CHECK (reserved_micros >= 0),
  settled_micros INTEGER CHECK (settled_micros >= 0),
  currency TEXT NOT NULL,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER,
  outcome TEXT,
  UNIQUE (job_id, attempt),
  CHECK ((state = 'settled') = (settled_micros IS NOT NULL)),
  CHECK ((state = 'reserved') = (ended_ms IS NULL))
) STRICT;
CREATE INDEX ledger_batch ON ledger (batch_id, state);
CREATE INDEX ledger_started ON ledger (provider, started_ms);
CREATE INDEX ledger_day ON ledger (started_ms, state);

CREATE TABLE price (
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  per_image_micros INTEGER NOT NULL CHECK (per_image_micros >= 0),
  currency TEXT NOT NULL,
  set_ms INTEGER NOT NULL,
  PRIMARY KEY (provider, model)
) STRICT;

-- images
CREATE TABLE blob (
  sha256 TEXT PRIMARY KEY,
  format TEXT NOT NULL,
  width INTEGER NOT NULL,
  height INTEGER NOT NULL,
  byte_length INTEGER NOT NULL,
  blank INTEGER NOT NULL CHECK (blank IN (0, 1)),
  look TEXT NOT NULL,
  added_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE image (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  tile_id INTEGER NOT NULL REFERENCES job (id),
  job_id INTEGER NOT NULL REFERENCES job (id),
  output_index INTEGER NOT NULL,
  stage TEXT NOT NULL CHECK (stage IN ('draft', 'final')),
  blob_sha256 TEXT NOT NULL REFERENCES blob (sha256),
  source_image_id INTEGER REFERENCES image (id),
  redrawn INTEGER NOT NULL CHECK (redrawn IN (0, 1)),
  origin TEXT NOT NULL CHECK (origin IN ('request', 'cache', 'twin')),
  seed INTEGER,
  provider TEXT NOT NULL,
  model TEXT NOT NULL,
  flags TEXT NOT NULL DEFAULT '',
  settled_micros INTEGER NOT NULL,
  currency TEXT NOT NULL,
  decision TEXT NOT NULL DEFAULT 'undecided' CHECK (decision IN ('undecided', 'approved', 'rejected')),
  hires INTEGER NOT NULL DEFAULT 0 CHECK (hires IN (0, 1)),
  reroll INTEGER NOT NULL DEFAULT 0 CHECK (reroll IN (0, 1)),
  rating INTEGER NOT NULL DEFAULT 0 CHECK (rating BETWEEN 0 AND 5),
  label TEXT CHECK (label IN ('red', 'yellow', 'green', 'blue')),
  created_ms INTEGER NOT NULL,
  UNIQUE (job_id, output_index),
  CHECK (stage = 'draft' OR source_image_id IS NOT NULL)
) STRICT;
CREATE INDEX image_tile ON image (tile_id, stage, output_index, decision, hires);
CREATE INDEX image_decision ON image (batch_id, stage, output_index, decision, hires);
CREATE INDEX image_origin ON image (batch_id, stage, origin) WHERE origin <> 'request';
CREATE INDEX image_prompt ON image (prompt_id, stage);
CREATE INDEX image_blob ON image (blob_sha256);

-- cache
CREATE TABLE cache_entry (
  prompt_hash TEXT PRIMARY KEY,
  blob_sha256 TEXT NOT NULL REFERENCES blob (sha256),
  seed INTEGER,
  settled_micros INTEGER NOT NULL,
  currency TEXT NOT NULL,
  made_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- generation
CREATE TABLE plan (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL CHECK (kind IN ('drafts', 'finals', 'rerolls')),
  input_json TEXT NOT NULL,
  highest_micros INTEGER,
  created_ms INTEGER NOT NULL,
  batch_id INTEGER REFERENCES batch (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE paused_provider (
  provider TEXT PRIMARY KEY,
  paused_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- review
CREATE TABLE action (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  summary TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'done' CHECK (state IN ('done', 'undone', 'replaced'))
) STRICT;
CREATE INDEX action_batch ON action (batch_id, state, id);

CREATE TABLE action_change (
  action_id INTEGER NOT NULL REFERENCES action (id),
  image_id INTEGER NOT NULL REFERENCES image (id),
  before_json TEXT NOT NULL,
  after_json TEXT NOT NULL,
  PRIMARY KEY (action_id, image_id)
) STRICT, WITHOUT ROWID;

-- delivery
CREATE TABLE delivery (
  id INTEGER PRIMARY KEY,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  settings_json TEXT NOT NULL,
  target TEXT NOT NULL,
  state TEXT NOT NULL CHECK (state IN ('running', 'done', 'failed')),
  files INTEGER NOT NULL DEFAULT 0,
  written INTEGER NOT NULL DEFAULT 0,
  skipped INTEGER NOT NULL DEFAULT 0,
  failed INTEGER NOT NULL DEFAULT 0,
  manifest TEXT,
  error TEXT,
  started_ms INTEGER NOT NULL,
  ended_ms INTEGER
) STRICT;
CREATE INDEX delivery_batch ON delivery (batch_id, id);
`,
} as const
