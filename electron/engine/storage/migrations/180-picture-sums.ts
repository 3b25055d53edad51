/** A picture's CRC-32, counted when it arrived: a delivery reads by it what it hands over. Null for those that are here already. */
export const pictureSums = {
  version: 180,
  sql: `
-- images
ALTER TABLE blob ADD COLUMN crc32 INTEGER CHECK (crc32 BETWEEN 0 AND 4294967295);
`,
} as const
