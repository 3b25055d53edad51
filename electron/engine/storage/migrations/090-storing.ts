/**
 * Storing 100,000 prompts and jobs at once. `waiting_from`: prompts with this id and beyond are in the search index later, in
 * slices, and are read for until then; null where none waits.
 *
 * `job_by_hash` finds jobs by the start of their prompt hash (others may share it: ask for the whole hash besides). It was an
 * index: hashes come in no order, so that storing a sheet wrote nearly all of its pages anew in every slice. The jobs of an
 * `unlisted_batch` are listed once all are stored, in the order of their hashes. The triggers keep it true to `job`.
 */
export const storing = {
  version: 90,
  sql: `
-- batches
ALTER TABLE prompt_search_left ADD COLUMN waiting_from INTEGER;

-- jobs
CREATE TABLE job_by_hash (
  hash_start TEXT NOT NULL,
  job_id INTEGER NOT NULL,
  PRIMARY KEY (hash_start, job_id)
) STRICT, WITHOUT ROWID;
INSERT INTO job_by_hash SELECT substr(prompt_hash, 1, 12), id FROM job ORDER BY 1, 2;
DROP INDEX job_hash;

CREATE TABLE unlisted_batch (
  batch_id INTEGER PRIMARY KEY REFERENCES batch (id)
) STRICT;

CREATE TRIGGER job_added AFTER INSERT ON job
WHEN NOT EXISTS (SELECT 1 FROM unlisted_batch WHERE batch_id = NEW.batch_id)
BEGIN
  INSERT INTO job_by_hash VALUES (substr(NEW.prompt_hash, 1, 12), NEW.id);
END;
CREATE TRIGGER job_asked_anew AFTER UPDATE OF prompt_hash ON job WHEN NEW.prompt_hash <> OLD.prompt_hash
BEGIN
  DELETE FROM job_by_hash WHERE hash_start = substr(OLD.prompt_hash, 1, 12) AND job_id = OLD.id;
  INSERT INTO job_by_hash VALUES (substr(NEW.prompt_hash, 1, 12), NEW.id);
END;
CREATE TRIGGER job_dropped AFTER DELETE ON job
BEGIN
  DELETE FROM job_by_hash WHERE hash_start = substr(OLD.prompt_hash, 1, 12) AND job_id = OLD.id;
END;
CREATE TRIGGER batch_planned BEFORE UPDATE OF planned ON batch
WHEN NEW.planned = 1 AND EXISTS (SELECT 1 FROM unlisted_batch WHERE batch_id = NEW.id)
BEGIN
  SELECT RAISE(ABORT, 'The jobs of this batch are not listed by their hashes.');
END;
`,
} as const
