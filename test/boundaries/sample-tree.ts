import { copyFile, mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

/** A small project in which every import is allowed: path below its root -> text. */
export const soundTree: Readonly<Record<string, string>> = {
  'shared/errors.ts': `import { z } from 'zod'\nexport const code = z.string()`,
  'shared/contract/index.ts': `import { oc } from '@orpc/contract'\nimport { code } from '../errors.ts'\nexport const contract = oc.output(code)`,
  'electron/engine/storage/storage.ts': `import Database from 'better-sqlite3'\nimport '#shared/errors.ts'\nexport { write } from './atomic-write.ts'\nexport const open = Database`,
  'electron/engine/storage/atomic-write.ts': `import { open } from 'node:fs/promises'\nexport const write = open`,
  'electron/engine/network/network.ts': `export interface Network { readonly open: boolean }`,
  'electron/engine/providers/provider.ts': `import type { code } from '#shared/errors.ts'\nexport type Handle = typeof code`,
  'electron/engine/providers/providers.ts': `import { sketch } from './sketch/sketch.ts'\nexport const registry = [sketch]`,
  'electron/engine/providers/sketch/sketch.ts': `import type { Network } from '#engine/network/network.ts'\nimport type { Handle } from '../provider.ts'\nexport { pen } from './pen.ts'\nexport const sketch = (network: Network, handle: Handle) => [network, handle]`,
  'electron/engine/providers/sketch/pen.ts': `export const pen = 1`,
  'electron/engine/providers/remote/remote.ts': `export const remote = 1`,
  'electron/engine/providers/remote/wire.ts': `export const wire = 1`,
  'electron/engine/jobs/jobs.ts': `import { open } from '#engine/storage/storage.ts'\nimport type { Handle } from '#engine/providers/provider.ts'\nexport const jobs = (handle: Handle) => [open, handle]`,
  'electron/engine/cache/cache.ts': `export type Entry = string`,
  'electron/engine/tiles/tiles.ts': `import { jobs } from '#engine/jobs/jobs.ts'\nexport const tiles = jobs`,
  'electron/engine/review/review.ts': `import { tiles } from '#engine/tiles/tiles.ts'\nexport const review = tiles`,
  'electron/engine/delivery/delivery.ts': `export type Delivery = string`,
  'electron/engine/recipes/recipes.ts': `import { review } from '#engine/review/review.ts'\nexport const recipes = review`,
  'electron/engine/engine.ts': `import { recipes } from './recipes/recipes.ts'\nimport { registry } from './providers/providers.ts'\nexport const engine = [recipes, registry]`,
  'electron/api/api.ts': `import { engine } from '#engine/engine.ts'\nimport { contract } from '#shared/contract/index.ts'\nexport const api = [engine, contract]`,
  'electron/web/web.ts': `import { api } from '#api/api.ts'\nexport const web = api`,
  'electron/cli/main.ts': `import { web } from '../web/web.ts'\nimport { engine } from '#engine/engine.ts'\nexport const main = [web, engine]`,
  'electron/desktop/main.ts': `import { app } from 'electron'\nimport { api } from '#api/api.ts'\nexport const desktop = [app, api]`,
  'renderer/api/client.ts': `import { createORPCClient } from '@orpc/client'\nimport type { contract } from '#shared/contract/index.ts'\nexport const client = (of: typeof contract) => [createORPCClient, of]`,
  'renderer/main.tsx': `import { createRoot } from 'react-dom/client'\nimport { client } from './api/client.ts'\nexport const main = [createRoot, client]`,
  'test/jobs/jobs.test.ts': `import { pen } from '#engine/providers/sketch/pen.ts'\nimport Database from 'better-sqlite3'\nexport const seen = [pen, Database]`,
}

/**
 * Writes the sound tree, with `changes` over it, to a new folder beside real packages, hands it to `use`, and removes
 * it. A change is added to the end of the file it names, so that what made the tree sound stays.
 */
export async function withTree<T>(
  changes: Readonly<Record<string, string>>,
  use: (root: string) => Promise<T>,
): Promise<T> {
  const root = await mkdtemp(join(tmpdir(), 'proofsheet-boundaries-'))
  try {
    await copyFile(join(projectRoot, 'package.json'), join(root, 'package.json'))
    await symlink(join(projectRoot, 'node_modules'), join(root, 'node_modules'), 'junction')
    for (const path of new Set([...Object.keys(soundTree), ...Object.keys(changes)])) {
      await mkdir(dirname(join(root, path)), { recursive: true })
      await writeFile(join(root, path), [soundTree[path] ?? '', changes[path] ?? ''].join('\n'))
    }
    return await use(root)
  } finally {
    await rm(root, { recursive: true, force: true })
  }
}
