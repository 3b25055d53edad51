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
  testResults: z.array(
    z.object({
      name: z.string(),
      status: z.string(),
      assertionResults: z.array(z.object({ status: z.string(), fullName: z.string() })),
    }),
  ),
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

/** `FILE: TEST` for each failed test, the file alone where it could not be loaded. Throws where the report is not one. */
export function vitestFailures(report: unknown): string[] {
  const files = vitestReport.parse(report).testResults.filter((file) => file.status === 'failed')
  return files.flatMap(({ name, assertionResults }) => {
    const failed = assertionResults.filter(isFailed).map(({ fullName }) => `${name}: ${fullName}`)
    return failed.length > 0 ? failed : [name]
  })
}

// Playwright 1.65, reporter `json`. `flaky` passed at a later try only.
const playwrightReport = z.object({
  stats: z.object({ expected: z.int(), unexpected: z.int(), flaky: z.int(), skipped: z.int() }),
})

const playwrightSuite = z.object({
  file: z.string(),
  specs: z.array(z.object({ title: z.string(), ok: z.boolean() })),
  get suites() {
    return z.array(playwrightSuite).optional()
  },
})
type PlaywrightSuite = z.infer<typeof playwrightSuite>
const playwrightSuites = z.object({ suites: z.array(playwrightSuite) })

/** `FILE: TEST` for each end-to-end test that failed. Throws where the report is not one. */
export function playwrightFailures(report: unknown): string[] {
  const failedIn = ({ file, specs, suites = [] }: PlaywrightSuite): string[] => [
    ...specs.filter(({ ok }) => !ok).map(({ title }) => `${file}: ${title}`),
    ...suites.flatMap(failedIn),
  ]
  return playwrightSuites.parse(report).suites.flatMap(failedIn)
}

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
