/**
 * Pictures that go in with prompts. `reference` says which picture a name in a sheet (a path, an address) stands for;
 * `fitted_picture` which smaller copy of a picture goes where a service has a limit, so that a wish stays the same wish.
 */
export const references = {
  version: 30,
  sql: `
-- references
CREATE TABLE reference (
  sheet_id INTEGER NOT NULL REFERENCES sheet (id),
  name TEXT NOT NULL,
  blob_sha256 TEXT NOT NULL REFERENCES blob (sha256),
  added_ms INTEGER NOT NULL,
  PRIMARY KEY (sheet_id, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE fitted_picture (
  blob_sha256 TEXT NOT NULL REFERENCES blob (sha256),
  limits TEXT NOT NULL,
  fitted_sha256 TEXT NOT NULL REFERENCES blob (sha256),
  PRIMARY KEY (blob_sha256, limits)
) STRICT, WITHOUT ROWID;
`,
} as const
