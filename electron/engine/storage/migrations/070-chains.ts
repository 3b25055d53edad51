/**
 * Finals that are made in several steps. A row for each step's job: `rest_json` is what comes after it, `passed` how the
 * picture came that the next step started from (null while there is none, and always for the last step, which has an
 * image). `chain` tells one chain from another on the same tile; `stopped`: its batch was canceled while it was out.
 */
export const chains = {
  version: 70,
  sql: `
-- jobs
CREATE TABLE job_step (
  job_id INTEGER PRIMARY KEY REFERENCES job (id) ON DELETE CASCADE,
  batch_id INTEGER NOT NULL REFERENCES batch (id),
  first_job_id INTEGER NOT NULL,
  chain TEXT NOT NULL,
  step INTEGER NOT NULL CHECK (step >= 1),
  steps INTEGER NOT NULL CHECK (steps >= step),
  rest_json TEXT NOT NULL,
  before_micros INTEGER NOT NULL CHECK (before_micros >= 0),
  passed TEXT CHECK (passed IN ('request', 'cache', 'twin')),
  stopped INTEGER NOT NULL DEFAULT 0 CHECK (stopped IN (0, 1)),
  CHECK (passed IS NULL OR step < steps)
) STRICT;
CREATE INDEX job_step_batch ON job_step (batch_id, passed);
CREATE INDEX job_step_first ON job_step (first_job_id);
`,
} as const
