import { describe, expect, test } from 'vitest'
import { cruised } from './dependency-cruiser.config.ts'
import { layoutProblems, sourceFiles } from './layout-problems.ts'
import { projectRoot, soundTree, withTree } from './sample-tree.ts'

test('this project is laid out as planned', async () => {
  const files = await sourceFiles(projectRoot, cruised)
  expect(files.map((file) => file.path)).toContain('electron/engine/providers/provider.ts')
  expect(layoutProblems(files)).toEqual([])
})

test('files are found with their lines', async () => {
  await withTree({ 'renderer/ui/tokens.css': ':root {\n}\n' }, async (root) => {
    const files = await sourceFiles(root, cruised)
    expect(files.map((file) => file.path).sort()).toEqual([...Object.keys(soundTree), 'renderer/ui/tokens.css'].sort())
    expect(layoutProblems(files)).toEqual([])
    expect(files.find((file) => file.path === 'renderer/ui/tokens.css')?.lines).toBe(3)
  })
})

describe('each rule fires', () => {
  test.each([
    'electron/engine/jobs/utils/text.ts',
    'renderer/helpers/a.tsx',
    'shared/lib/a.ts',
    'electron/services/a.ts',
    'shared/types/a.ts',
    'renderer/hooks/use-a.ts',
  ])('on the folder of %s', (path) => {
    expect(layoutProblems([{ path, lines: 1 }])).toEqual([expect.stringContaining('named for its concept')])
  })

  test.each(['renderer/grid/index.tsx', 'electron/engine/jobs/index.ts', 'shared/index.ts'])('on %s', (path) => {
    expect(layoutProblems([{ path, lines: 1 }])).toEqual([expect.stringContaining('no barrel files')])
  })

  test('but not on the one index that joins the contract', () => {
    expect(layoutProblems([{ path: 'shared/contract/index.ts', lines: 20 }])).toEqual([])
  })

  test('on a room without a floor', () => {
    const files = ['a.ts', 'b.ts'].map((name) => ({ path: `electron/engine/exports/${name}`, lines: 1 }))
    expect(layoutProblems(files)).toEqual([expect.stringContaining('electron/engine/exports: give the room a floor')])
  })

  test('on a file over 400 lines, tests aside', () => {
    const sizes = ['electron/a.ts', 'renderer/a.tsx', 'shared/a.ts', 'test/a.test.ts']
    expect(layoutProblems(sizes.map((path) => ({ path, lines: 400 })))).toEqual([])
    expect(layoutProblems(sizes.map((path) => ({ path, lines: 401 })))).toHaveLength(3)
  })
})
