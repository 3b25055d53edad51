import { describe, expect, test } from 'vitest'
import { cruiseTree, violationLines } from './cruise-tree.ts'
import config from './dependency-cruiser.config.ts'
import { projectRoot, withTree } from './sample-tree.ts'

/**
 * The least number of modules of our own that a cruise of this project must have read. A cruiser that cannot parse
 * TypeScript reads none and finds no violation. Raise it as the tree grows.
 */
const leastModules = 30

interface Violation {
  readonly what: string
  /** The rules that must fire, and no other. */
  readonly rules: readonly string[]
  /** Path -> lines added to the sound tree. */
  readonly changes: Readonly<Record<string, string>>
}

const engine = 'electron/engine'

const violations: readonly Violation[] = [
  {
    what: 'a ground floor room imports its neighbour',
    rules: ['floor-0'],
    changes: { [`${engine}/storage/storage.ts`]: `import { type Network } from '#engine/network/network.ts'` },
  },
  {
    what: 'a first floor room imports its neighbour, a type only',
    rules: ['floor-1'],
    changes: { [`${engine}/jobs/jobs.ts`]: `import type { Entry } from '#engine/cache/cache.ts'` },
  },
  {
    what: 'a first floor room imports the floor above',
    rules: ['floor-1'],
    changes: { [`${engine}/cache/cache.ts`]: `import { tiles } from '#engine/tiles/tiles.ts'` },
  },
  {
    what: 'the second floor imports the third',
    rules: ['floor-2'],
    changes: { [`${engine}/tiles/tiles.ts`]: `import type { Delivery } from '../delivery/delivery.ts'` },
  },
  {
    what: 'a third floor room imports its neighbour',
    rules: ['floor-3'],
    changes: { [`${engine}/review/review.ts`]: `export type { Delivery } from '#engine/delivery/delivery.ts'` },
  },
  {
    what: 'the third floor imports the fourth, at run time only',
    rules: ['floor-3'],
    changes: { [`${engine}/delivery/delivery.ts`]: `export const later = () => import('#engine/recipes/recipes.ts')` },
  },
  {
    what: 'the fourth floor reaches around itself to a room of its own floor',
    rules: ['rooms-below-the-engine'],
    changes: {
      [`${engine}/clock.ts`]: `export const clock = 1`,
      [`${engine}/recipes/recipes.ts`]: `import { clock } from '../clock.ts'`,
    },
  },
  {
    what: 'a provider imports a room that is not network',
    rules: ['floor-0-providers'],
    changes: { [`${engine}/providers/sketch/sketch.ts`]: `import type { open } from '#engine/storage/storage.ts'` },
  },
  {
    what: 'a room imports behind another door',
    rules: ['door'],
    changes: { [`${engine}/jobs/jobs.ts`]: `import { write } from '#engine/storage/atomic-write.ts'` },
  },
  {
    what: 'engine.ts imports the type of a private file',
    rules: ['door'],
    changes: { [`${engine}/engine.ts`]: `import type { write } from './storage/atomic-write.ts'` },
  },
  {
    what: 'a room imports a provider past the registry',
    rules: ['door'],
    changes: { [`${engine}/jobs/jobs.ts`]: `import { sketch } from '#engine/providers/sketch/sketch.ts'` },
  },
  {
    what: 'one provider imports another',
    rules: ['provider-door'],
    changes: { [`${engine}/providers/sketch/pen.ts`]: `import type { remote } from '../remote/remote.ts'` },
  },
  {
    what: 'the interface imports a provider',
    rules: ['provider-door'],
    changes: { [`${engine}/providers/provider.ts`]: `import type { remote } from './remote/remote.ts'` },
  },
  {
    what: 'the registry imports behind the door of a provider',
    rules: ['provider-private'],
    changes: { [`${engine}/providers/providers.ts`]: `import type { wire } from './remote/wire.ts'` },
  },
  {
    what: 'the engine imports a type of the web host',
    rules: ['engine-knows-no-host'],
    changes: {
      'electron/web/guard.ts': `export type Guard = string`,
      [`${engine}/engine.ts`]: `import type { Guard } from '../web/guard.ts'`,
    },
  },
  {
    what: 'the engine imports api',
    rules: ['engine-knows-no-host'],
    changes: {
      'electron/api/media.ts': `export const media = 1`,
      [`${engine}/jobs/jobs.ts`]: `import { media } from '#api/media.ts'`,
    },
  },
  {
    what: 'api imports a host',
    rules: ['api-below-the-hosts'],
    changes: {
      'electron/web/guard.ts': `export type Guard = string`,
      'electron/api/api.ts': `import type { Guard } from '../web/guard.ts'`,
    },
  },
  {
    what: 'api imports a room',
    rules: ['engine-door'],
    changes: { 'electron/api/api.ts': `import type { jobs } from '#engine/jobs/jobs.ts'` },
  },
  {
    what: 'a host imports a room',
    rules: ['engine-door'],
    changes: { 'electron/cli/main.ts': `import { review } from '#engine/review/review.ts'` },
  },
  {
    what: 'the web host imports the command line',
    rules: ['hosts-are-entries'],
    changes: {
      'electron/cli/progress-bar.ts': `export const bar = 1`,
      'electron/web/web.ts': `import { bar } from '../cli/progress-bar.ts'`,
    },
  },
  {
    what: 'the command line imports the desktop',
    rules: ['hosts-are-entries'],
    changes: { 'electron/cli/main.ts': `export const open = () => import('../desktop/main.ts')` },
  },
  {
    what: 'the web host imports electron',
    rules: ['electron-in-desktop-only'],
    changes: { 'electron/web/web.ts': `import { app } from 'electron'` },
  },
  {
    what: 'the engine imports a type of a subpath of electron',
    rules: ['electron-in-desktop-only'],
    changes: { [`${engine}/engine.ts`]: `import type { App } from 'electron/main'` },
  },
  {
    what: 'a room other than storage imports the type of the database',
    rules: ['sqlite-in-storage-only'],
    changes: { [`${engine}/jobs/jobs.ts`]: `import type Database from 'better-sqlite3'` },
  },
  {
    what: 'the renderer imports the type of the router',
    rules: ['renderer-sees-shared-only'],
    changes: { 'renderer/api/client.ts': `import type { api } from '#api/api.ts'` },
  },
  {
    what: 'the renderer imports Node',
    rules: ['renderer-runs-in-a-browser'],
    changes: { 'renderer/main.tsx': `import type { Stats } from 'node:fs'` },
  },
  {
    what: 'a screen imports the client package',
    rules: ['client-in-renderer-api-only'],
    changes: { 'renderer/main.tsx': `import type { InferClientOutputs } from '@orpc/client'` },
  },
  {
    what: 'shared imports Node',
    rules: ['shared-stands-alone'],
    changes: { 'shared/errors.ts': `import { inspect } from 'node:util'` },
  },
  {
    what: 'shared imports the type of an engine room',
    rules: ['shared-stands-alone'],
    changes: { 'shared/errors.ts': `import type { Entry } from '#engine/cache/cache.ts'` },
  },
  {
    what: 'shared imports another package',
    rules: ['shared-stands-alone'],
    changes: { 'shared/errors.ts': `import sharp from 'sharp'` },
  },
  {
    what: 'the engine imports a test file',
    rules: ['nothing-imports-test'],
    changes: {
      'test/fixture.ts': `export const fixture = 1`,
      [`${engine}/jobs/jobs.ts`]: `import { fixture } from '#test/fixture.ts'`,
    },
  },
  {
    what: 'the web host imports a development package',
    rules: ['packed-packages-only'],
    changes: { 'electron/web/web.ts': `import { createServer } from 'vite'` },
  },
  {
    what: 'two files import each other, one of them a type only',
    rules: ['no-cycle'],
    changes: {
      [`${engine}/jobs/claim.ts`]: `import type { jobs } from './jobs.ts'\nexport const claim = 1`,
      [`${engine}/jobs/jobs.ts`]: `import { claim } from './claim.ts'`,
    },
  },
  {
    what: 'an import leads nowhere',
    rules: ['resolves'],
    changes: { [`${engine}/jobs/jobs.ts`]: `import { gone } from '#engine/storage/gone.ts'` },
  },
]

describe('this project', () => {
  test('keeps every import rule', async () => {
    const result = await cruiseTree(projectRoot)
    const own = result.modules.filter((module) => /^(electron|renderer|shared|test)\/.*\.tsx?$/.test(module.source))
    expect(violationLines(result)).toEqual([])
    expect(own.length).toBeGreaterThan(leastModules)
  })
})

describe('each rule fires', () => {
  test('on nothing in a sound tree', async () => {
    expect(await withTree({}, async (root) => violationLines(await cruiseTree(root)))).toEqual([])
  })

  test.each(violations)('when $what', async ({ changes, rules }) => {
    const result = await withTree(changes, cruiseTree)
    expect(result.summary.violations.map((violation) => violation.rule.name)).toEqual(rules)
  })

  test('in at least one test above', () => {
    const tested = new Set(violations.flatMap((violation) => violation.rules))
    const named = (config.forbidden ?? []).map((rule) => rule.name ?? 'a rule without a name')
    expect(named.filter((name) => !tested.has(name))).toEqual([])
  })
})
