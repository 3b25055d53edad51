/**
 * A pause is a person's own: a batch that is being brought to another sheet is told by its change alone. A change that an
 * older version left half done had paused its batch for that time.
 */
export const pausesOfPeople = {
  version: 100,
  sql: 'UPDATE batch SET paused = 0 WHERE id IN (SELECT batch_id FROM sheet_change WHERE ready = 1)',
} as const
