/**
 * What a job asked for before it was asked in other words or of another model; and a prompt of its own for every tile with
 * words of its own, so that those beside it keep theirs. An edit used to write over the prompt that a row's variants
 * share: their requests still say what they were made from, and get it back.
 */
export const earlierWishes = {
  version: 52,
  sql: `
-- batches
ALTER TABLE prompt ADD COLUMN edited_from INTEGER REFERENCES prompt (id);
CREATE INDEX prompt_edited ON prompt (batch_id, edited_from) WHERE edited_from IS NOT NULL;

-- jobs
CREATE TABLE earlier_wish (
  id INTEGER PRIMARY KEY,
  job_id INTEGER NOT NULL REFERENCES job (id),
  prompt_id INTEGER NOT NULL REFERENCES prompt (id),
  prompt_hash TEXT NOT NULL,
  request_json TEXT NOT NULL,
  estimate_micros INTEGER,
  moved_from TEXT,
  state TEXT NOT NULL,
  error_code TEXT,
  error_message TEXT,
  because TEXT NOT NULL CHECK (because IN ('edited', 'moved')),
  asked_ms INTEGER NOT NULL,
  last_attempt INTEGER NOT NULL
) STRICT;
CREATE INDEX earlier_wish_job ON earlier_wish (job_id, id);

CREATE TEMP TABLE own_words AS
  SELECT job.id AS job_id, prompt.id AS prompt_id, job.request_json ->> '$.prompt' AS text
  FROM job JOIN prompt ON prompt.id = job.prompt_id
  WHERE job.stage = 'draft' AND job.request_json ->> '$.prompt' <> prompt.text;
INSERT INTO prompt (batch_id, row, line, client_id, text, negative, wanted_width, wanted_height, columns_json, edited_from)
  SELECT prompt.batch_id, prompt.row, prompt.line, prompt.client_id, own.text, prompt.negative, prompt.wanted_width,
    prompt.wanted_height, prompt.columns_json, prompt.id
  FROM (SELECT DISTINCT prompt_id, text FROM temp.own_words) AS own JOIN prompt ON prompt.id = own.prompt_id;
UPDATE job SET prompt_id = (SELECT mended.id FROM temp.own_words AS own
    JOIN prompt AS mended ON mended.edited_from = own.prompt_id AND mended.text = own.text WHERE own.job_id = job.tile_id)
  WHERE tile_id IN (SELECT job_id FROM temp.own_words);
UPDATE image SET prompt_id = (SELECT prompt_id FROM job WHERE job.id = image.tile_id)
  WHERE tile_id IN (SELECT job_id FROM temp.own_words);
INSERT INTO prompt_search (rowid, words)
  SELECT id, text || char(10) || coalesce(client_id, '') || char(10)
    || (SELECT coalesce(group_concat(value, char(10)), '') FROM json_each(columns_json))
  FROM prompt WHERE edited_from IS NOT NULL;
DROP TABLE temp.own_words;

-- Everything that a list or a matrix of 50,000 tiles needs of a job: the rows themselves hold whole requests.
DROP INDEX job_order;
CREATE INDEX job_order ON job (batch_id, stage, position, id, prompt_id, variant, provider, model);
`,
} as const
