import { fileURLToPath } from 'node:url'
import { defineConfig } from 'vitest/config'

/** Unit and integration tests. Forks, because better-sqlite3 and sharp are native; two, because CI machines are small. */
export default defineConfig({
  root: fileURLToPath(new URL('..', import.meta.url)),
  test: {
    include: ['test/**/*.test.{ts,tsx}'],
    exclude: ['test/e2e/**', '**/node_modules/**'],
    pool: 'forks',
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // A condition that is waited for: a second is nothing on a machine that does something else as well.
    expect: { poll: { timeout: 30_000 } },
  },
})
