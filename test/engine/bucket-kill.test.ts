import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { keysOf, openBucketLibrary, picturesIn } from './bucket-library.ts'
import { sha256Of } from './delivery-library.ts'

const killed = fileURLToPath(new URL('./bucket-killed.ts', import.meta.url))

test('row 30: killed at any write and run again, only what is missing is sent, and no part stays', async () => {
  const tiles = Array.from({ length: 40 }, (_tile, at) => (at === 39 ? { noise: 2400 } : {}))
  const { double, library, folder, added, deliver, reopen } = await openBucketLibrary(tiles)
  library.storage.close()
  const isPicture = (key: string): boolean => key.endsWith('.png')

  for (const when of ['5', '20', 'part']) {
    let writes = 0
    double.forget()
    const child = spawn(process.execPath, [killed, join(folder, 'library'), double.url], {
      env: { ...process.env, ...keysOf(double) },
      stdio: 'inherit',
    })
    double.setFault(({ method, key, query }) => {
      if (method !== 'PUT' || !isPicture(key)) return null
      writes++
      const isNow =
        when === 'part' ? query.get('partNumber') === '2' : !query.has('partNumber') && writes === Number(when)
      if (isNow) child.kill('SIGKILL')
      // The large one waits, so that it is there last.
      return isNow || (when !== 'part' && query.has('partNumber')) ? 'hang' : null
    })
    const [, signal] = await once(child, 'exit')
    expect(signal).toBe('SIGKILL')
    expect(double.objects().has('client/Shoes/manifest.json')).toBe(false)
  }
  expect(double.uploads()).toBeGreaterThan(0)
  const there = new Set(picturesIn(double))
  expect(there.size).toBeGreaterThan(20)
  expect(there.size).toBeLessThan(40)

  double.forget()
  double.setFault(() => null)
  await reopen()
  expect(await deliver()).toMatchObject({ state: 'done', skipped: there.size, written: 40 - there.size, failed: 0 })
  const sent = double.asked().filter(({ method, key }) => method === 'PUT' && isPicture(key))
  expect(sent.filter(({ key }) => there.has(key))).toEqual([])
  expect(new Set(sent.map(({ key }) => key)).size).toBe(40 - there.size)
  expect(double.uploads()).toBe(0)
  expect([...double.objects().keys()].filter((key) => !isPicture(key)).sort()).toEqual([
    'client/Shoes/manifest.csv',
    'client/Shoes/manifest.json',
  ])
  const last = double.objects().get('client/Shoes/approved/040.png')?.bytes ?? Buffer.alloc(0)
  expect(sha256Of(last)).toBe(added[39]?.sha256)
}, 60_000)
