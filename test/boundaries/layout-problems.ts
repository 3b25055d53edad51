import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { floors } from './dependency-cruiser.config.ts'

export interface SourceFile {
  /** Below the project's root, with `/`. */
  readonly path: string
  readonly lines: number
}

const maxLines = 400
const vagueFolders = ['utils', 'util', 'helpers', 'lib', 'libs', 'services', 'types', 'hooks', 'common', 'misc']
const sourceNames = /\.(ts|tsx|js|mjs|cjs|css)$/

/** What breaks the plan of the tree, one sentence each: vague folders, barrel files, rooms without a floor, long files. */
export function layoutProblems(files: readonly SourceFile[]): string[] {
  const rooms: readonly string[] = floors.flat()
  const problems = new Set<string>()
  for (const { path, lines } of files) {
    const folders = path.split('/').slice(0, -1)
    const vague = folders.find((folder) => vagueFolders.includes(folder))
    if (vague !== undefined) problems.add(`${path}: a folder is named for its concept, not "${vague}".`)
    if (/(^|\/)index\.(ts|tsx|js|mjs|cjs)$/.test(path) && path !== 'shared/contract/index.ts')
      problems.add(`${path}: no barrel files; a folder's door is named like the folder.`)
    const room = /^electron\/engine\/([^/]+)\//.exec(path)?.[1]
    if (room !== undefined && !rooms.includes(room))
      problems.add(`electron/engine/${room}: give the room a floor in test/boundaries/dependency-cruiser.config.ts.`)
    if (/^(electron|renderer|shared)\//.test(path) && lines > maxLines)
      problems.add(`${path}: ${lines} lines; a file is split at ${maxLines}.`)
  }
  return [...problems]
}

/** Every source file below the given folders of `root`. */
export async function sourceFiles(root: string, folders: readonly string[]): Promise<SourceFile[]> {
  const found: SourceFile[] = []
  for (const folder of folders) {
    for (const entry of await readdir(join(root, folder), { recursive: true, withFileTypes: true })) {
      const path = join(entry.parentPath, entry.name)
      if (!entry.isFile() || !sourceNames.test(entry.name)) continue
      const text = await readFile(path, 'utf8')
      found.push({
        path: path.slice(root.length).replaceAll('\\', '/').replace(/^\//, ''),
        lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
      })
    }
  }
  return found
}
