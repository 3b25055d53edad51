import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { existsSync, readdirSync, statSync } from 'node:fs'
import { open, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openCheckpoints } from '#engine/storage/checkpoints.ts'
import { openStorage, type Storage } from '#engine/storage/storage.ts'
import { temporaryFolder } from './open-library.ts'

const killed = fileURLToPath(new URL('./storage-killed.ts', import.meta.url))

function opened(folder: string, host = 'a test'): Storage {
  return openStorage({ folder, readOnly: false, host })
}

test('a host that was killed leaves no lock: the next one has the library within two seconds', async () => {
  const folder = join(await temporaryFolder(), 'library')
  const child = spawn(process.execPath, [killed, folder], { stdio: ['ignore', 'pipe', 'inherit'] })
  onTestFinished(() => void child.kill('SIGKILL'))
  await once(child.stdout, 'data')
  expect(() => opened(folder)).toThrow(/the killed one \(process \d+\)/)
  const ended = once(child, 'exit')
  child.kill('SIGKILL')
  await ended
  expect(existsSync(join(folder, 'host.json'))).toBe(true)
  const startMs = performance.now()
  const storage = opened(folder)
  expect(performance.now() - startMs).toBeLessThan(2000)
  expect(storage).toMatchObject({ wasCutShort: true, rebuild: null })
  storage.close()
  const again = opened(folder)
  expect(again).toMatchObject({ wasCutShort: false, rebuild: null })
  again.close()
})

test('a lock file that something else wrote into does not shut the library for ever', async () => {
  const folder = join(await temporaryFolder(), 'library')
  opened(folder).close()
  await writeFile(join(folder, 'library.lock'), 'not a database at all, but long enough to be taken for one'.repeat(20))
  const storage = opened(folder)
  expect(() => opened(folder, 'another')).toThrow(/is open in a test/)
  storage.close()
})

test('a new folder is no damaged library, also where the first start was cut short', async () => {
  const folder = join(await temporaryFolder(), 'library')
  opened(folder).close()
  await truncate(join(folder, 'library.db'), 0)
  const storage = opened(folder)
  expect(storage.rebuild).toBeNull()
  storage.close()
  expect(readdirSync(folder)).not.toContain('damaged')
})

test('a large database that something touched since it was closed is read whole, and its damage found', async () => {
  const folder = join(await temporaryFolder(), 'library')
  const file = join(folder, 'library.db')
  const first = opened(folder)
  first.prepare<[number]>(`INSERT INTO setting VALUES ('large', printf('%.*c', ?, 'x'))`).run(130_000_000)
  first.prepare(`INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES ('a', 'b', 1, 1)`).run()
  first.close()
  const untouched = opened(folder)
  expect(untouched.rebuild).toBeNull()
  expect(untouched.prepare<[], { name: string }>('SELECT name FROM sheet').get()).toEqual({ name: 'a' })
  const root = Number(
    untouched.prepare<[], number>(`SELECT rootpage FROM sqlite_schema WHERE name = 'job'`).pluck().get(),
  )
  untouched.close()

  const bytes = await open(file, 'r+')
  await bytes.write(new Uint8Array(4096).fill(0xa7), 0, 4096, (root - 1) * 4096)
  await bytes.close()
  const repaired = opened(folder)
  expect(repaired.rebuild).toMatchObject({ stage: 'records', backupMs: null })
  repaired.close()
  expect(readdirSync(join(folder, 'damaged')).filter((name) => name.endsWith('.db'))).toHaveLength(1)
})

test('the log stays bounded while rows come faster than a disk takes them, and the thread lets go at closing', async () => {
  const folder = join(await temporaryFolder(), 'library')
  const storage = opened(folder)
  const put = storage.prepare<[string, string]>(
    'INSERT INTO setting VALUES (?, ?) ON CONFLICT DO UPDATE SET value_json = excluded.value_json',
  )
  const text = JSON.stringify('x'.repeat(3000))
  const log = join(folder, 'library.db-wal')
  let largest = 0
  for (let slice = 0; slice < 300; slice++) {
    storage.draft(() => {
      for (let at = 0; at < 100; at++) put.run(`key ${slice} ${at}`, text)
    })
    largest = Math.max(largest, statSync(log).size)
    if (slice % 10 === 0) await new Promise((resolve) => setImmediate(resolve))
  }
  // 90 MB were written.
  expect(largest).toBeLessThan(60_000_000)
  storage.close()
  expect(statSync(log, { throwIfNoEntry: false })?.size ?? 0).toBe(0)
  const again = opened(folder)
  expect(again.wasCutShort).toBe(false)
  again.close()
}, 60_000)

test('what a thread for checkpoints cannot open costs nothing but the thread', async () => {
  const checkpoints = openCheckpoints(join(await temporaryFolder(), 'not-there.db'), () => undefined)
  checkpoints.changed(1000)
  await new Promise((resolve) => setTimeout(resolve, 1500))
  checkpoints.changed(2000)
  const startMs = performance.now()
  checkpoints.close()
  expect(performance.now() - startMs).toBeLessThan(1000)
})

test('a plain read of a database that is broken under way says so as a storage error, and the next open looks closely', async () => {
  const folder = join(await temporaryFolder(), 'library')
  const storage = opened(folder)
  const put = storage.prepare<[string, string]>('INSERT INTO setting VALUES (?, ?)')
  storage.transaction(() => {
    for (let at = 0; at < 5000; at++) put.run(`key ${at}`, JSON.stringify('y'.repeat(3000)))
  })
  storage.close()
  const open1 = opened(folder)
  const all = open1.prepare<[], { value: string }>('SELECT value_json AS value FROM setting')
  const file = await open(join(folder, 'library.db'), 'r+')
  const { size } = await file.stat()
  for (let page = 100; page < size / 4096; page++) await file.write(Buffer.alloc(4096, 0xff), 0, 4096, page * 4096)
  await file.close()
  expect(() => all.all()).toThrow(expect.objectContaining({ code: 'storage' }))
  open1.close()
  expect(existsSync(join(folder, 'closed.json'))).toBe(false)
})
