import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { linesOf } from '#engine/generation/remote/lines.ts'
import { temporaryFolder } from './open-library.ts'

async function linesIn(text: string | Uint8Array, mostBytes?: number): Promise<string[]> {
  const file = join(await temporaryFolder(), 'lines')
  await writeFile(file, text)
  const lines: string[] = []
  for await (const line of linesOf(file, mostBytes)) lines.push(Buffer.from(line).toString())
  return lines
}

test('lines come whole, the last one without its end too, and empty ones not at all', async () => {
  expect(await linesIn('')).toEqual([])
  expect(await linesIn('\n\n')).toEqual([])
  expect(await linesIn('one\ntwo\n\nthree')).toEqual(['one', 'two', 'three'])
  expect(await linesIn('ä\n€\n')).toEqual(['ä', '€'])
})

test('lines longer than what is read at once, and many around them', async () => {
  const long = 'x'.repeat(3_500_000)
  const short = Array.from({ length: 5000 }, (_, at) => `line ${at} ${'y'.repeat(at % 400)}`)
  const all = [...short, long, ...short, `${long}z`, 'end']
  const read = await linesIn(`${all.join('\n')}\n`)
  expect(read.length).toBe(all.length)
  expect(read.every((line, at) => line === all[at])).toBe(true)
})

test('a line over the bound is passed over, also the last one, and those after it are read', async () => {
  const long = 'x'.repeat(2_500_000)
  expect(await linesIn(`one\n${long}\ntwo\n${long}`, 1_200_000)).toEqual(['one', 'two'])
})
