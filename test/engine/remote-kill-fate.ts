import type { DoubleOptions } from './remote-double.ts'

/** What the service of the kill tests does: small batches, some requests fail in the first ones and go again. */
export const killFate: DoubleOptions = {
  limits: { usualRequests: 5 },
  looks: 2,
  fate: (prompt, round) => (prompt.endsWith('3') && round < 20 ? 'fail' : undefined),
}
