/**
 * A mark on thousands of pictures is written in slices: the action is decided first, with what is left of it as steps, so
 * that it is one action and is carried to its end after a kill.
 */
export const actionSteps = {
  version: 110,
  sql: `
-- review
CREATE TABLE action_step (
  id INTEGER PRIMARY KEY,
  action_id INTEGER NOT NULL REFERENCES action (id),
  step_json TEXT NOT NULL
) STRICT;
`,
} as const
