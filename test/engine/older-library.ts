import type { Database } from 'better-sqlite3'

/** What each step since version 45 added, the newest first: taken away, the step before is what is left. */
const additions: readonly { readonly version: number; readonly before: number; readonly undo: string }[] = [
  { version: 190, before: 180, undo: 'ALTER TABLE batch DROP COLUMN sending_json;' },
  { version: 180, before: 170, undo: 'ALTER TABLE blob DROP COLUMN crc32;' },
  {
    version: 170,
    before: 130,
    undo: 'DROP INDEX image_tile; CREATE INDEX image_tile ON image (tile_id, stage, output_index, decision, hires);',
  },
  {
    version: 130,
    before: 120,
    undo: `DROP INDEX job_claim; DROP INDEX job_waiting; DROP INDEX job_remote; DROP INDEX job_followed; DROP INDEX ledger_remote;
      DROP INDEX ledger_started; ALTER TABLE ledger DROP COLUMN remote_batch_id; ALTER TABLE job DROP COLUMN remote_batch_id;
      ALTER TABLE job DROP COLUMN start_id; ALTER TABLE job DROP COLUMN route; DROP TABLE run_start; DROP TABLE remote_batch;
      CREATE INDEX job_claim ON job (batch_id, provider, priority DESC, position) WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
      CREATE INDEX job_waiting ON job (provider, not_before_ms) WHERE state = 'queued' AND hold_reason IS NULL AND follows = 0;
      CREATE INDEX ledger_started ON ledger (provider, started_ms);`,
  },
  { version: 120, before: 110, undo: 'DROP TABLE delivered_file; DROP TABLE sent_file; DROP INDEX cache_entry_blob;' },
  { version: 110, before: 100, undo: 'DROP TABLE action_step;' },
  {
    version: 100,
    before: 90,
    undo: `INSERT INTO prompt_search (prompt_search, rank) VALUES ('deletemerge', 10);`,
  },
  {
    version: 90,
    before: 80,
    undo: `ALTER TABLE prompt_search_left DROP COLUMN waiting_from;
      DROP TRIGGER job_added; DROP TRIGGER job_asked_anew; DROP TRIGGER job_dropped; DROP TRIGGER batch_planned;
      DROP TABLE unlisted_batch; DROP TABLE job_by_hash; CREATE INDEX job_hash ON job (prompt_hash, state);`,
  },
  {
    version: 80,
    before: 70,
    undo: 'DROP TABLE sheet_change_step; DROP TABLE sheet_change; DROP TABLE earlier_sheet; DROP TABLE earlier_tile;',
  },
  { version: 70, before: 60, undo: 'DROP TABLE job_step;' },
  { version: 60, before: 52, undo: 'DROP TABLE made_file;' },
  {
    version: 52,
    before: 50,
    undo: 'DROP TABLE earlier_wish; DROP INDEX prompt_edited; ALTER TABLE prompt DROP COLUMN edited_from;',
  },
  { version: 50, before: 45, undo: 'DROP TABLE prompt_search; DROP TABLE prompt_search_left;' },
]

/** Makes a closed library's database what it was at an older version, with the rows it has. Throws where a step is not known here. */
export function makeOlder(database: Database, version: 45 | 50 | 80 | 130): void {
  const isAt = (at: number): boolean => database.pragma('user_version', { simple: true }) === at
  for (const step of additions) {
    if (isAt(version)) return
    if (!isAt(step.version)) throw new Error('A newer step has no line in older-library.ts yet.')
    database.exec(`${step.undo} PRAGMA user_version = ${step.before}`)
  }
}
