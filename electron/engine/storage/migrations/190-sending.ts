/** How the drafts of a batch were last sent, so that what a newer sheet adds goes the same way. */
export const sending = {
  version: 190,
  sql: `
-- batches
ALTER TABLE batch ADD COLUMN sending_json TEXT;
`,
} as const
