import { spawnSync } from 'node:child_process'
import { rmSync } from 'node:fs'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { filesIn, newFolder, openLibrary, sha256Of } from './delivery-library.ts'

const killed = fileURLToPath(new URL('./delivery-killed.ts', import.meta.url))
const settings = { batchId: 1, layout: 'approved', nameTemplate: '{id}', stage: 'best' } as const

test('a delivery killed at any file leaves none in half; the next one goes on, and knows its own', {
  timeout: 60_000,
}, async () => {
  const folder = newFolder()
  const libraryFolder = join(folder, 'library')
  const out = join(folder, 'out')
  const target = join(out, 'Killed')
  try {
    const filled = await openLibrary(libraryFolder)
    const batchId = await filled.beginBatch('Killed')
    const tiles: Awaited<ReturnType<typeof filled.addTile>>[] = []
    for (let row = 1; row <= 90; row++)
      tiles.push(await filled.addTile(batchId, row, row === 90 ? { noise: 2400 } : {}))
    filled.storage.close()
    const known = new Set(tiles.map((tile) => tile.sha256))

    for (const when of ['1', '40', '30', 'half']) {
      const { signal } = spawnSync(process.execPath, [killed, libraryFolder, out, when], { encoding: 'utf8' })
      expect(signal).toBe('SIGKILL')
      const files = await filesIn(target)
      const named = Array.from(files).filter(([path]) => path.endsWith('.png'))
      expect(named.filter(([, bytes]) => !known.has(sha256Of(bytes)))).toEqual([])
      expect(files.has('manifest.json')).toBe(false)
    }

    const library = await openLibrary(libraryFolder)
    const delivery = library.open()
    expect(delivery.list({ batchId }).map((row) => row.state)).toEqual(Array(4).fill('failed'))
    const written = Array.from((await filesIn(target)).keys()).filter((path) => path.endsWith('.png'))
    expect(written.length).toBeGreaterThan(50)
    // What the killed deliveries wrote is known as theirs, although no manifest lists it: it may be taken away again.
    const first = tiles[0]
    if (first) library.mark(first.imageId, 'rejected')
    const { deliveryId } = await delivery.start({ ...settings, destination: { kind: 'folder', folder: out } })
    await delivery.whenDone(deliveryId)
    expect(delivery.get({ deliveryId })).toMatchObject({
      state: 'done',
      files: 89,
      skipped: written.length - 1,
      written: 90 - written.length,
    })
    const paths = Array.from((await filesIn(target)).keys())
    expect(paths.filter((path) => path.startsWith('approved/'))).toHaveLength(89)
    expect(paths.filter((path) => !path.startsWith('approved/'))).toEqual(['manifest.csv', 'manifest.json'])
    expect(paths).not.toContain('approved/row-1.png')
    library.storage.close()
  } finally {
    rmSync(folder, { recursive: true, force: true })
  }
})
