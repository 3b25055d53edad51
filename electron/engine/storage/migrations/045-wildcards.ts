/** Files of wildcards, by content; and the sets of them that batches were expanded with, which stay as they were. */
export const wildcards = {
  version: 45,
  sql: `
-- wildcards
CREATE TABLE wildcard_text (
  sha256 TEXT PRIMARY KEY,
  text TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wildcard_file (
  path TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL REFERENCES wildcard_text (sha256),
  added_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE wildcard_set (
  sha256 TEXT PRIMARY KEY,
  files_json TEXT NOT NULL
) STRICT, WITHOUT ROWID;
`,
} as const
