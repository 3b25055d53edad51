import { readFile, stat, writeFile } from 'node:fs/promises'
import { createServer } from 'node:net'
import { join } from 'node:path'
import { expect, onTestFinished, test, vi } from 'vitest'
import { fal } from '#engine/providers/fal/fal.ts'
import { systemKeyring } from '#engine/settings/keyring.ts'
import { openSecrets } from '#engine/settings/secrets.ts'
import { keyringDouble, processSaying } from './keyring-double.ts'
import { openTestLibrary, temporaryFolder } from './open-library.ts'

const origin = 'https://queue.fal.run'
const key = 'sk-canary-0123456789'
const variables = ['FAL_KEY']

async function openStore(env: Record<string, string> = {}) {
  const file = join(await temporaryFolder(), 'config', 'keys.json')
  const keyring = keyringDouble()
  const loaded: string[] = []
  const open = (parts: { keyring?: typeof keyring | null; env?: Record<string, string> } = {}) =>
    openSecrets({ file, env, keyring, onLoaded: (ids) => loaded.push(...ids), ...parts })
  return { file, keyring, loaded, open, text: () => readFile(file, 'utf8') }
}

test('the environment comes first, then the keyring, then the file', async () => {
  const { open, keyring, file } = await openStore()
  await open({ keyring: null }).set('fal', 'sk-file', origin)
  expect(open().find('fal', variables, origin)).toMatchObject({ from: 'file' })
  const secrets = open()
  await secrets.set('fal', key, origin)
  expect(secrets.find('fal', variables, origin)).toMatchObject({ from: 'keyring', note: null })
  expect(secrets.find('fal', variables, origin)?.read()).toBe(key)
  expect([...keyring.secrets.keys()]).toEqual(['fal'])
  const found = open({ env: { FAL_KEY: ' sk-env ' } }).find('fal', variables, origin)
  expect([found?.from, found?.read()]).toEqual(['environment', 'sk-env'])
  // Written to the keyring, it has left the file.
  expect(await readFile(file, 'utf8')).not.toMatch(/sk-file|canary/)
})

test('the next start asks the keyring once, and only where the file says that it has a key', async () => {
  const { open, keyring, loaded } = await openStore()
  await open().load()
  expect(keyring.asked).toEqual([])
  await open().set('fal', key, origin)
  const next = open()
  expect(() => next.find('fal', variables, origin)?.read()).toThrow('has not answered yet')
  await next.load()
  expect([next.find('fal', variables, origin)?.read(), loaded]).toEqual([key, ['fal']])
  await next.load()
  expect(keyring.asked).toEqual(['set', 'get'])
})

test('a key is bound to its origin, in the keyring too', async () => {
  const { open, file, text } = await openStore()
  const secrets = open()
  await secrets.set('fal', key, origin)
  expect(secrets.find('fal', variables, 'https://elsewhere.example')).toBeNull()
  expect(open().find('fal', variables, 'https://elsewhere.example')).toBeNull()
  await open({ keyring: null }).set('xai', key, origin)
  expect(secrets.find('xai', [], 'https://elsewhere.example')).toBeNull()
  expect(secrets.find('xai', [], origin)?.read()).toBe(key)
  // Nor does an edited file free it.
  await writeFile(file, (await text()).replaceAll(origin, 'https://elsewhere.example'))
  const edited = open()
  await edited.load()
  expect(edited.find('fal', variables, 'https://elsewhere.example')).toBeNull()
})

test('where the keyring does not take it, a file of mode 0600 does, and says why', async () => {
  const { open, keyring, file, text } = await openStore()
  keyring.trouble = `there is no keyring here (${key})`
  const secrets = open()
  await secrets.set('fal', key, origin)
  const found = secrets.find('fal', variables, origin)
  expect(found).toMatchObject({ from: 'file', note: expect.stringContaining('because there is no keyring here') })
  expect([found?.read(), found?.note?.includes(key)]).toEqual([key, false])
  if (process.platform !== 'win32') {
    expect((await stat(file)).mode & 0o777).toBe(0o600)
    expect((await stat(join(file, '..'))).mode & 0o777).toBe(0o700)
  }
  // Now there is one: the file’s key is still read, and moves with the next writing.
  keyring.trouble = null
  expect(open().find('fal', variables, origin)?.from).toBe('file')
  await secrets.set('fal', 'sk-next', origin)
  expect(await text()).not.toMatch(/canary|sk-next/)
})

test('forgetting removes a key from both; what the keyring keeps is said', async () => {
  const { open, keyring, text } = await openStore()
  const secrets = open()
  await secrets.set('fal', key, origin)
  await secrets.set('xai', key, origin)
  await secrets.forget('fal')
  expect([[...keyring.secrets.keys()], await text()]).toEqual([['xai'], expect.not.stringContaining('"fal"')])
  keyring.trouble = 'it is locked'
  await expect(secrets.forget('xai')).rejects.toMatchObject({
    code: 'storage',
    message: expect.stringContaining('it is locked'),
  })
  expect(secrets.find('xai', [], origin)).toBeNull()
  // A second try reaches what the first could not.
  keyring.trouble = null
  await secrets.forget('xai')
  expect(keyring.secrets.size).toBe(0)
})

test('a key that another program stored in the meantime counts; one that somebody else overwrote does not', async () => {
  const { open, keyring } = await openStore()
  const window = open()
  await window.set('fal', 'sk-old', origin)
  await open().set('fal', 'sk-new', origin)
  expect(() => window.find('fal', variables, origin)?.read()).toThrow()
  await window.load()
  expect(window.find('fal', variables, origin)?.read()).toBe('sk-new')
  keyring.secrets.set('fal', JSON.stringify({ key: 'sk-other', stamp: 'other', origin }))
  const next = open()
  await next.load()
  expect(() => next.find('fal', variables, origin)?.read()).toThrow('has another key, or none')
})

test('a key file that is not JSON is said, and nothing is written over it', async () => {
  const { open, file, text } = await openStore()
  await open().set('fal', key, origin)
  await writeFile(file, '{"fal": ')
  expect(() => open().find('fal', [], origin)).toThrow('cannot be read')
  await expect(open({ keyring: null }).set('fal', key, origin)).rejects.toMatchObject({ code: 'invalid-input' })
  expect(await text()).toBe('{"fal": ')
})

test('a keyring that stands still, or is not unlocked, is given up in time, and its process ended', async () => {
  const mute = processSaying()
  const locked = processSaying({ kind: 'connected' })
  const refused = processSaying({ kind: 'refused', reason: 'DBus error: org.freedesktop.secrets was not provided' })
  const ask = (child: typeof mute) =>
    systemKeyring({ start: () => child, connectMs: 60, unlockMs: 120 }).set('fal', key)
  await expect(ask(mute)).rejects.toThrow('did not answer within 0.1 s')
  await expect(ask(locked)).rejects.toThrow('was not unlocked within 0.1 s')
  await expect(ask(refused)).rejects.toThrow('there is no keyring here')
  expect([mute, locked, refused].map((child) => child.isKilled())).toEqual([true, true, true])
})

test.skipIf(process.platform !== 'linux')('a message bus that accepts and never answers blocks nothing', async () => {
  const folder = await temporaryFolder()
  const server = createServer((socket) => socket.on('error', () => undefined).resume())
  await new Promise<void>((done) => server.listen(join(folder, 'bus'), done))
  onTestFinished(() => void server.close())
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', `unix:path=${join(folder, 'bus')}`)
  onTestFinished(() => void vi.unstubAllEnvs())
  let ticks = 0
  const timer = setInterval(() => ticks++, 20)
  onTestFinished(() => clearInterval(timer))
  const startedMs = performance.now()
  await expect(systemKeyring({ connectMs: 700 }).get(['fal'])).rejects.toThrow('did not answer')
  const tookMs = performance.now() - startedMs
  expect(tookMs).toBeGreaterThan(650)
  expect(tookMs).toBeLessThan(8_000)
  expect(ticks).toBeGreaterThan(5)
})

test.skipIf(process.platform !== 'linux')('without a message bus the real keyring says so at once', async () => {
  vi.stubEnv('DBUS_SESSION_BUS_ADDRESS', 'unix:path=/nowhere/bus')
  onTestFinished(() => void vi.unstubAllEnvs())
  await expect(systemKeyring().set('fal', key)).rejects.toThrow('there is no keyring here')
})

test('a library opens beside a keyring that has to be unlocked, and takes the key when it comes', async () => {
  const { keyring } = await openStore()
  const library = await openTestLibrary({ providers: [fal], keyring })
  expect(await library.engine.providers.setKey({ provider: 'fal', key })).toMatchObject({
    key: 'keyring',
    keyNote: null,
  })
  const gate = Promise.withResolvers<void>()
  keyring.gate = gate.promise
  const startedMs = performance.now()
  const again = await library.reopen()
  expect(performance.now() - startedMs).toBeLessThan(8_000)
  const check = await again.engine.providers.check({ provider: 'fal' })
  expect(check).toMatchObject({ ok: false, message: expect.stringContaining('has not answered yet') })
  gate.resolve()
  await expect.poll(() => again.events.filter(({ kind }) => kind === 'providers-changed').length).toBe(1)
  expect(again.engine.providers.list()[0]).toMatchObject({ key: 'keyring', keyNote: null, ready: true })
})
