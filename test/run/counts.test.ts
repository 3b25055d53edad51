import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { projectRoot, run } from './command.ts'
import {
  countsOfTests,
  countsText,
  playwrightCounts,
  playwrightFailures,
  sumOf,
  vitestCounts,
  vitestFailures,
} from './counts.ts'

let root = ''

/** Two passed, one failed, one skipped, written for either runner; and a file that cannot be loaded. */
const testsFor = (runner: string): Record<string, string> => ({
  'some.test.ts': `import { expect, test } from '${runner}'
test('one', () => { expect(1).toBe(1) })
test('two', () => { expect(2).toBe(2) })
test('three', () => { expect(3).toBe(4) })
test.skip('four', () => {})`,
  'unloadable.test.ts': `import '${'./'}gone.ts'`,
})

beforeAll(async () => {
  root = await mkdtemp(join(tmpdir(), 'proofsheet-counts-'))
  await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'junction')
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  for (const [folder, runner] of Object.entries({ unit: 'vitest', e2e: 'playwright/test' })) {
    await mkdir(join(root, folder))
    for (const [name, text] of Object.entries(testsFor(runner))) await writeFile(join(root, folder, name), text)
  }
})
afterAll(() => rm(root, { recursive: true, force: true }))

const reportAt = async (name: string): Promise<unknown> => JSON.parse(await readFile(join(root, name), 'utf8'))

describe('totals are what the runners did', () => {
  test('Vitest, a file that cannot be loaded included', async () => {
    const report = join(root, 'vitest.json')
    const { ok } = await run('vitest', [
      'run',
      '--root',
      join(root, 'unit'),
      '--reporter=json',
      `--outputFile=${report}`,
    ])
    expect(ok).toBe(false)
    const written = await reportAt('vitest.json')
    expect(vitestCounts(written)).toEqual({ passed: 2, failed: 2, skipped: 1 })
    const failures = vitestFailures(written).sort()
    expect(failures).toEqual([
      expect.stringMatching(/some\.test\.ts: three$/),
      expect.stringMatching(/unloadable\.test\.ts$/),
    ])
  })

  test('Playwright', async () => {
    const report = join(root, 'playwright.json')
    const { ok } = await run('playwright', ['test', `${root}/e2e/some.test.ts`, '--reporter=json', '-c', root], {
      env: { PLAYWRIGHT_JSON_OUTPUT_FILE: report },
    })
    expect(ok).toBe(false)
    const written = await reportAt('playwright.json')
    expect(playwrightCounts(written)).toEqual({ passed: 2, failed: 1, skipped: 1 })
    expect(playwrightFailures(written)).toEqual([expect.stringMatching(/some\.test\.ts: three$/)])
  })

  test('a report that is not one is an error, not nothing', () => {
    expect(() => vitestCounts({})).toThrow()
    expect(() => playwrightCounts({ stats: {} })).toThrow()
    expect(() => vitestFailures({})).toThrow()
    expect(() => playwrightFailures({})).toThrow()
  })
})

test('a failure that no test explains still counts', () => {
  expect(countsOfTests(true, { passed: 5, failed: 0, skipped: 1 })).toEqual({ passed: 5, failed: 0, skipped: 1 })
  expect(countsOfTests(false, { passed: 5, failed: 2, skipped: 0 }).failed).toBe(2)
  expect(countsOfTests(false, { passed: 5, failed: 0, skipped: 0 }).failed).toBe(1)
  expect(countsOfTests(true, { passed: 0, failed: 0, skipped: 9 }).failed).toBe(1)
})

test('the last line', () => {
  const all = [
    { passed: 2, failed: 0, skipped: 1 },
    { passed: 1, failed: 3, skipped: 0 },
  ]
  expect(countsText(sumOf(all))).toBe('3 passed, 3 failed, 1 skipped')
  expect(countsText(sumOf([]))).toBe('0 passed, 0 failed')
})

describe('a command of the run', () => {
  test('that is not there has failed, and says so', async () => {
    const { ok, output } = await run('proofsheet-no-such-command', [])
    expect(ok).toBe(false)
    expect(output).toContain('proofsheet-no-such-command')
  })

  test('that hangs is ended with what it started', async () => {
    const hang = `require('node:child_process').spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'inherit' })
      console.log('hangs')`
    // It ends only when the grandchild, too, has let go of the output.
    const { ok, output } = await run(process.execPath, ['-e', hang], { limitMs: 1000 })
    expect(ok).toBe(false)
    expect(output).toContain('hangs\n')
    expect(output).toContain('took longer than 1 s')
  })

  test('gets nothing on stdin and both outputs are kept', async () => {
    const { ok, output } = await run(process.execPath, [
      '-e',
      'process.stdin.on("end", () => { console.log("out"); console.error("err") }).resume()',
    ])
    expect({ ok, output: output.split('\n').sort() }).toEqual({ ok: true, output: ['', 'err', 'out'] })
  })
})
