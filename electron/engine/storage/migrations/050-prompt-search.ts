/**
 * Full-text search over prompts, ids and sheet columns. Trigrams, so that a part of a word finds it in any script; without
 * a copy of the text. Prompts that were there before are indexed in slices after the library has opened: `below` is the
 * first prompt id that needs nothing more, 0 or 1 when all are in.
 */
export const promptSearch = {
  version: 50,
  sql: `
-- batches
CREATE VIRTUAL TABLE prompt_search USING fts5 (
  words, content = '', contentless_delete = 1, tokenize = "trigram remove_diacritics 1"
);

CREATE TABLE prompt_search_left (
  below INTEGER NOT NULL
) STRICT;
INSERT INTO prompt_search_left SELECT coalesce(max(id) + 1, 0) FROM prompt;
`,
} as const
