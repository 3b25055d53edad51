/**
 * `npm test`: every check of the project, one after the other, each whatever became of those before it. Prints a line a
 * step, the whole output of a failed step, and last of all the totals: every test, and one for each check without tests.
 * Exits with 1 when anything failed.
 */
import { mkdir, readFile, rm } from 'node:fs/promises'
import { join } from 'node:path'
import { type Browser, findBrowser } from './browser.ts'
import { endRunning, type Outcome, projectRoot, run } from './command.ts'
import {
  type Counts,
  countsOfTests,
  countsText,
  noCounts,
  playwrightCounts,
  playwrightFailures,
  sumOf,
  vitestCounts,
  vitestFailures,
} from './counts.ts'

const results = join(projectRoot, 'test-results')

interface Result {
  readonly outcome: Outcome
  readonly counts: Counts
  /** `FILE: TEST`, said again beneath the totals. */
  readonly failures?: readonly string[]
}

interface Step {
  readonly name: string
  readonly act: () => Promise<Result>
}

/** How a runner's JSON report is read. */
interface ReportReader {
  readonly count: (report: unknown) => Counts
  readonly failures: (report: unknown) => readonly string[]
}

/** A check that has no tests of its own counts as one. */
async function asOne(work: Promise<Outcome>): Promise<Result> {
  const outcome = await work
  return { outcome, counts: { ...noCounts, [outcome.ok ? 'passed' : 'failed']: 1 } }
}

/** The four TypeScript projects, two at a time: the compiler is the largest eater of memory here. */
async function checkTypes(): Promise<Outcome> {
  const pair = (projects: readonly string[]) =>
    Promise.all(projects.map((project) => run('tsc', ['-p', project, '--pretty', 'false'])))
  const outcomes = [...(await pair(['shared', 'renderer'])), ...(await pair(['electron', 'test']))]
  return { ok: outcomes.every((one) => one.ok), output: outcomes.map((one) => one.output).join('') }
}

/** Runs tests that write a JSON report, and counts them from it. */
async function countTests(report: string, work: () => Promise<Outcome>, reader: ReportReader): Promise<Result> {
  const path = join(results, report)
  await rm(path, { force: true })
  const outcome = await work()
  let counts = noCounts
  let failures: readonly string[] = []
  let { ok, output } = outcome
  try {
    const written: unknown = JSON.parse(await readFile(path, 'utf8'))
    counts = reader.count(written)
    failures = reader.failures(written)
  } catch (error) {
    ok = false
    output += `\nNo report to count the tests from: ${error instanceof Error ? error.message : error}\n`
  }
  const full = countsOfTests(ok, counts)
  return { outcome: { ok: full.failed === 0, output }, counts: full, failures }
}

const unitTests = () =>
  countTests(
    'vitest.json',
    () =>
      run('vitest', [
        'run',
        '--config=test/vitest.config.ts',
        '--reporter=default',
        '--reporter=json',
        `--outputFile.json=${join(results, 'vitest.json')}`,
      ]),
    { count: vitestCounts, failures: vitestFailures },
  )

const endToEndTests = (browser: string) =>
  countTests(
    'playwright.json',
    () =>
      run('playwright', ['test', '--config=test/playwright.config.ts', '--reporter=list,json'], {
        env: { PROOFSHEET_BROWSER: browser, PLAYWRIGHT_JSON_OUTPUT_FILE: join(results, 'playwright.json') },
      }),
    { count: playwrightCounts, failures: playwrightFailures },
  )

const failure = (output: string) => asOne(Promise.resolve({ ok: false, output }))

async function endToEnd(isBuilt: boolean) {
  if (!isBuilt) return failure('The build failed, so there is nothing to test end to end.\n')
  const browser: Browser = await findBrowser((line) => process.stdout.write(`        ${line}\n`))
  return 'path' in browser ? endToEndTests(browser.path) : failure(`${browser.missing}\n`)
}

/** Runs one step and prints its line, after it the output where it failed. */
async function perform({ name, act }: Step): Promise<Result> {
  const startedMs = performance.now()
  const result = await act()
  const { outcome, counts } = result
  const seconds = ((performance.now() - startedMs) / 1000).toFixed(1)
  const tests = counts.passed + counts.failed + counts.skipped > 1 ? `  ${countsText(counts)}` : ''
  process.stdout.write(`${outcome.ok ? 'ok    ' : 'FAILED'}  ${name.padEnd(28)} ${seconds.padStart(6)} s${tests}\n`)
  if (!outcome.ok) process.stdout.write(`\n${outcome.output.trimEnd()}\n\n`)
  return result
}

async function main(): Promise<number> {
  await mkdir(results, { recursive: true })
  let isBuilt = false
  const build = async () => {
    const built = await asOne(run('npm', ['run', '--silent', 'build']))
    isBuilt = built.outcome.ok
    return built
  }
  const steps: readonly Step[] = [
    {
      name: 'format and lint',
      act: () =>
        asOne(
          run('biome', [
            'ci',
            '--colors=off',
            '--config-path=test/biome.json',
            '--error-on-warnings',
            '--max-diagnostics=200',
            '.',
          ]),
        ),
    },
    { name: 'types', act: () => asOne(checkTypes()) },
    { name: 'dead code', act: () => asOne(run('knip', ['--config=test/knip.json', '--no-progress'])) },
    { name: 'build', act: build },
    { name: 'unit and integration tests', act: unitTests },
    { name: 'end-to-end tests', act: () => endToEnd(isBuilt) },
  ]
  const all: Result[] = []
  for (const step of steps) all.push(await perform(step))
  const total = sumOf(all.map(({ counts }) => counts))
  // Again at the end: who reads only the last lines of a long log knows which ones.
  for (const failure of all.flatMap(({ failures = [] }) => failures)) process.stdout.write(`failed: ${failure}\n`)
  process.stdout.write(`${countsText(total)}\n`)
  return total.failed === 0 ? 0 : 1
}

for (const signal of ['SIGINT', 'SIGTERM'] as const)
  process.once(signal, () => {
    endRunning()
    process.exit(130)
  })
process.exitCode = await main()
