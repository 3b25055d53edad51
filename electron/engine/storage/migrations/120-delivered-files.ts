/** Which file of the newest delivery shows which picture; which request gave a picture; and what was sent to addresses that a person gave, where nothing can be listed. */
export const deliveredFiles = {
  version: 120,
  sql: `
-- delivery
CREATE TABLE delivered_file (
  delivery_id INTEGER NOT NULL REFERENCES delivery (id),
  place INTEGER NOT NULL,
  image_id INTEGER NOT NULL,
  path TEXT NOT NULL,
  address TEXT NOT NULL,
  PRIMARY KEY (delivery_id, place)
) STRICT, WITHOUT ROWID;

CREATE TABLE sent_file (
  place TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  byte_length INTEGER NOT NULL,
  sent_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- cache
CREATE INDEX cache_entry_blob ON cache_entry (blob_sha256);
`,
} as const
