import { z } from 'zod'

export interface Counts {
  readonly passed: number
  readonly failed: number
  readonly skipped: number
}

export const noCounts: Counts = { passed: 0, failed: 0, skipped: 0 }

export const sumOf = (all: readonly Counts[]): Counts =>
  all.reduce(
    (sum, one) => ({
      passed: sum.passed + one.passed,
      failed: sum.failed + one.failed,
      skipped: sum.skipped + one.skipped,
    }),
    noCounts,
  )

/** `12 passed, 0 failed`, and `, 2 skipped` where there are such. */
export const countsText = ({ passed, failed, skipped }: Counts): string =>
  `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`

// Vitest 5, `--reporter=json`. A file that cannot be loaded has the status `failed` and no tests of its own.
const vitestReport = z.object({
  testResults: z.array(z.object({ status: z.string(), assertionResults: z.array(z.object({ status: z.string() })) })),
})

/** Counts each test, and each test file that could not be loaded as one failed. Throws where the report is not one. */
export function vitestCounts(report: unknown): Counts {
  const files = vitestReport.parse(report).testResults
  const states = files.flatMap((file) => file.assertionResults.map((one) => one.status))
  const unloaded = files.filter((file) => file.status === 'failed' && !file.assertionResults.some(isFailed)).length
  const passed = states.filter((state) => state === 'passed').length
  const failed = states.filter((state) => state === 'failed').length
  return { passed, failed: failed + unloaded, skipped: states.length - passed - failed }
}
const isFailed = (one: { status: string }): boolean => one.status === 'failed'

// Playwright 1.65, reporter `json`. `flaky` passed at a later try only.
const playwrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
})

/** Counts each end-to-end test; one that passed at a second try only has failed. Throws where the report is not one. */
export function playwrightCounts(report: unknown): Counts {
  const { expected, unexpected, flaky, skipped } = playwrightReport.parse(report).stats
  return { passed: expected, failed: unexpected + flaky, skipped }
}

/**
 * The counts of a step that runs tests. A failure that no failed test explains (a crash, an error outside every test,
 * no test at all) counts as one more failed, so that a failed step never reads as passed.
 */
export function countsOfTests(ok: boolean, counts: Counts): Counts {
  const ranNone = counts.passed + counts.failed === 0
  return counts.failed === 0 && (!ok || ranNone) ? { ...counts, failed: 1 } : counts
}
