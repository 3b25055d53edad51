/**
 * Sheets read otherwise than their bytes say (another part of a workbook, another delimiter), and what columns are for
 * as a person chose it, by the set of their names.
 */
export const sheetReadings = {
  version: 40,
  sql: `
-- batches
CREATE TABLE sheet_reading (
  sheet_id INTEGER PRIMARY KEY REFERENCES sheet (id),
  file_name TEXT NOT NULL,
  reading_json TEXT NOT NULL
) STRICT;

CREATE TABLE column_mapping (
  shape TEXT PRIMARY KEY,
  mapping_json TEXT NOT NULL,
  set_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
`,
} as const
