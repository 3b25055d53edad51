/**
 * A batch may get a newer version of its sheet. Tiles that the sheet has no more stay, set aside; how a batch comes from
 * one version to the next is written down first as steps, so that it is carried to its end after a kill.
 */
export const sheetVersions = {
  version: 80,
  sql: `
-- batches
CREATE TABLE earlier_sheet (
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  version INTEGER NOT NULL,
  sheet_id INTEGER NOT NULL REFERENCES sheet (id),
  rows INTEGER NOT NULL,
  until_ms INTEGER NOT NULL,
  PRIMARY KEY (batch_id, version)
) STRICT, WITHOUT ROWID;

CREATE TABLE sheet_change (
  staging_id INTEGER PRIMARY KEY REFERENCES batch (id),
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  ready INTEGER NOT NULL DEFAULT 0 CHECK (ready IN (0, 1))
) STRICT;

CREATE TABLE sheet_change_step (
  id INTEGER PRIMARY KEY,
  staging_id INTEGER NOT NULL REFERENCES sheet_change (staging_id),
  step_json TEXT NOT NULL
) STRICT;
CREATE INDEX sheet_change_steps ON sheet_change_step (staging_id, id);

-- jobs
CREATE TABLE earlier_tile (
  tile_id INTEGER PRIMARY KEY REFERENCES job (id),
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  kind TEXT NOT NULL CHECK (kind IN ('removed', 'changed')),
  next_tile_id INTEGER,
  at_ms INTEGER NOT NULL
) STRICT;
CREATE INDEX earlier_tile_batch ON earlier_tile (batch_id, kind, tile_id);
CREATE INDEX earlier_tile_next ON earlier_tile (next_tile_id) WHERE next_tile_id IS NOT NULL;
`,
} as const
