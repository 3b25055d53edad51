import { spawnSync } from 'node:child_process'
import { truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { zipSync } from 'fflate'
import { expect, test } from 'vitest'
import { z } from 'zod'
import { temporaryFolder } from './open-library.ts'
import { sheetData, workbook } from './workbook.ts'

const program = fileURLToPath(new URL('./sheet-memory-process.ts', import.meta.url))
const answer = z.object({ said: z.string(), megabytes: z.number() })

/** In a process of its own, which is ended after 30 s. */
function readIn(path: string) {
  const { stdout, stderr, signal } = spawnSync(process.execPath, [program, path], { encoding: 'utf8', timeout: 60_000 })
  expect([signal, stderr]).toEqual([null, ''])
  return answer.parse(JSON.parse(stdout))
}

const megabyte = 1024 * 1024

test.each<[string, string, (path: string) => Promise<void>, RegExp, number]>([
  [
    '2 GB',
    'a.csv',
    async (path) => {
      await writeFile(path, 'id,prompt\n')
      await truncate(path, 2 ** 31)
    },
    /over 64 MB/,
    30,
  ],
  ['one line of 100 MB', 'a.csv', (path) => writeFile(path, Buffer.alloc(100 * megabyte, 'x')), /over 64 MB/, 30],
  [
    'one line of 60 MB',
    'a.csv',
    (path) => writeFile(path, Buffer.alloc(60 * megabyte, 'x')),
    /longer than 1,000,000/,
    600,
  ],
  [
    '60 MB of brackets',
    'a.json',
    (path) => writeFile(path, `[{"a":${'['.repeat(60 * megabyte)}`),
    /longer than 1,000,000/,
    600,
  ],
  [
    '60 MB of quotes',
    'a.csv',
    (path) => writeFile(path, `id,prompt\n${'"a",""\n'.repeat(8 * megabyte)}`),
    /more than 200,000 rows/,
    700,
  ],
  [
    'a packed 400 MB',
    'a.xlsx',
    (path) =>
      writeFile(
        path,
        zipSync(
          { 'xl/workbook.xml': Buffer.concat([Buffer.from('<workbook>'), Buffer.alloc(400 * megabyte, ' ')]) },
          { level: 1 },
        ),
      ),
    /unpacks to more than 256 MB/,
    300,
  ],
  [
    'a workbook of 250,000 rows',
    'a.xlsx',
    (path) =>
      writeFile(
        path,
        workbook({
          sheets: { A: sheetData([['id', 'prompt'], ...Array.from({ length: 250_000 }, () => ['1', 'a'])]) },
        }),
      ),
    /more than 200,000 rows/,
    400,
  ],
])(
  '%s is refused in little memory',
  async (_name, file, write, said, mostMegabytes) => {
    const path = join(await temporaryFolder(), file)
    await write(path)
    const seen = readIn(path)
    expect(seen.said).toMatch(said)
    expect(seen.megabytes).toBeLessThan(mostMegabytes)
  },
  60_000,
)
