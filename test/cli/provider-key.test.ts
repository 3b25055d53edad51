import { readFile, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { PassThrough, Writable } from 'node:stream'
import { expect, test, vi } from 'vitest'
import { readSecret } from '../../electron/cli/secret-input.ts'
import { openDesk } from './command.ts'

// Each test starts several processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 60_000 })

const key = 'sk-canary-0123456789'

test('a key is piped in, kept in a file of its owner’s where there is no keyring, said so, and forgotten', async () => {
  const desk = await openDesk()
  const stored = await desk.pipe(`${key}\n`, 'providers', 'key', 'fal')
  expect(stored).toMatchObject({ status: 0, stdout: 'fal.ai’s key is stored in a file that only you can read.\n' })
  expect(stored.stderr).toMatch(/^Warning: Kept in a file that only you can read, because .*switched off\.\n$/)
  const file = join(desk.folder, 'config', 'proofsheet', 'keys.json')
  expect(await readFile(file, 'utf8')).toContain(key)
  if (process.platform !== 'win32') expect((await stat(file)).mode & 0o777).toBe(0o600)
  const listed = await desk.run('providers')
  expect(listed.stdout).toContain('fal  fal.ai, ready, key in a file that only you can read')
  const asJson = await desk.json('providers')
  expect(asJson.status).toBe(0)
  for (const { stdout, stderr } of [stored, listed]) expect(stdout + stderr).not.toContain(key)
  expect(JSON.stringify(asJson)).not.toContain(key)
  expect(await desk.json('providers', 'key', 'fal', '--forget')).toMatchObject({
    status: 0,
    object: { provider: 'fal', key: 'missing', keyNote: null },
  })
  expect(await readFile(file, 'utf8')).not.toContain(key)
})

test('no key, an unknown provider, or a key as an argument change nothing', async () => {
  const desk = await openDesk({ XAI_API_KEY: key })
  expect(await desk.pipe('\n', 'providers', 'key', 'fal')).toMatchObject({ status: 2, stdout: '' })
  expect(await desk.pipe(key, 'providers', 'key', 'nobody')).toMatchObject({ status: 2, stdout: '' })
  expect(await desk.pipe('', 'providers', 'key', 'fal', key)).toMatchObject({ status: 2, stdout: '' })
  const listed = await desk.run('providers')
  expect(listed.stdout).toContain('fal  fal.ai, needs a key (FAL_KEY, or "proofsheet providers key fal")\n')
  expect(listed.stdout).toContain('xAI, ready, key from XAI_API_KEY\n')
  expect(listed.stdout + listed.stderr).not.toContain(key)
})

test('typed at a terminal it is not shown; Ctrl+C changes nothing', async () => {
  const type = (text: string) => {
    const modes: boolean[] = []
    const terminal = Object.assign(new PassThrough(), {
      isTTY: true,
      setRawMode(isRaw: boolean) {
        modes.push(isRaw)
      },
    })
    let shown = ''
    const screen = new Writable({
      write(chunk, _encoding, done) {
        shown += String(chunk)
        done()
      },
    })
    terminal.write(text)
    return { answer: readSecret('Key: ', terminal, screen), shown: () => shown, modes }
  }
  const typed = type('sk-canarz\u007fy\r')
  expect(await typed.answer).toBe('sk-canary')
  expect([typed.shown(), typed.modes]).toEqual(['Key: \n', [true, false]])
  const stopped = type('sk-ca\u0003')
  await expect(stopped.answer).rejects.toMatchObject({ code: 'canceled' })
  expect([stopped.shown(), stopped.modes]).toEqual(['Key: \n', [true, false]])
})
