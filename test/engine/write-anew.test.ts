import { expect, test, vi } from 'vitest'
import { openPaidLibrary, priceMicros } from './paid-library.ts'

const disk = vi.hoisted(() => ({ failures: 0, renamed: [] as string[] }))

// The real calls; the first fsync of a folder with pictures fails.
vi.mock('node:fs/promises', async (importOriginal) => {
  const real = await importOriginal<typeof import('node:fs/promises')>()
  return {
    ...real,
    async open(path: string, ...more: [string?, number?]) {
      const handle = await real.open(path, ...more)
      const sync = handle.sync.bind(handle)
      handle.sync = async () => {
        if (/pictures[/\\]\w\w$/.test(path) && disk.failures === 0) {
          disk.failures++
          throw Object.assign(new Error('EIO: i/o error, fsync'), { code: 'EIO', syscall: 'fsync' })
        }
        return sync()
      }
      return handle
    },
    async rename(from: string, to: string) {
      disk.renamed.push(to)
      return real.rename(from, to)
    },
  }
})

test('after an fsync that failed every file is written anew, and nothing is paid again', async () => {
  const { fake, run } = await openPaidLibrary({ settings: { concurrency: 1 } })
  const status = await run(['one'])
  expect(disk.failures).toBe(1)
  expect(status).toMatchObject({ drafts: { done: 1 }, settledMicros: priceMicros })
  expect(fake.ledger().requests).toBe(1)
  const pictures = disk.renamed.filter((path) => path.endsWith('.png'))
  expect(pictures.length).toBe(2)
  expect(new Set(pictures).size).toBe(1)
})
