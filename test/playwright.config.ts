import { fileURLToPath } from 'node:url'
import { defineConfig } from 'playwright/test'
import { chromiumFlags } from './run/browser.ts'

const browser = process.env.PROOFSHEET_BROWSER

/** End-to-end tests, in a real Chromium: PROOFSHEET_BROWSER (`npm test` finds one), else Playwright's own. */
export default defineConfig({
  testDir: fileURLToPath(new URL('e2e', import.meta.url)),
  testMatch: '**/*.test.ts',
  outputDir: fileURLToPath(new URL('../test-results/e2e', import.meta.url)),
  forbidOnly: true,
  retries: 0,
  workers: 2,
  timeout: 90_000,
  expect: { timeout: 30_000 },
  reporter: 'list',
  use: {
    viewport: { width: 1440, height: 900 },
    screenshot: 'only-on-failure',
    trace: 'retain-on-failure',
    launchOptions: { args: [...chromiumFlags], ...(browser ? { executablePath: browser } : {}) },
  },
})
