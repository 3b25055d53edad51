/** What deliveries made of pictures, by all that went into it, so that it is known again without making it again. */
export const madeFiles = {
  version: 60,
  sql: `
-- delivery
CREATE TABLE made_file (
  make_key TEXT PRIMARY KEY,
  sha256 TEXT NOT NULL,
  byte_length INTEGER NOT NULL,
  width INTEGER,
  height INTEGER
) STRICT, WITHOUT ROWID;
`,
} as const
