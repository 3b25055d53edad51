/** Lists of tiles in order of arrival read an index only: 100,000 rows of `image` are 25 MB. */
export const newestFirst = {
  version: 170,
  sql: `
-- images
DROP INDEX image_tile;
CREATE INDEX image_tile ON image (tile_id, stage, output_index, decision, hires, created_ms);
`,
} as const
