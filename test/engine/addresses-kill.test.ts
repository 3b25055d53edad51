import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { expect, onTestFinished, test } from 'vitest'
import { openAddressLibrary } from './addresses-library.ts'

const killed = fileURLToPath(new URL('./addresses-killed.ts', import.meta.url))

test('a delivery to addresses that is killed goes on: what was taken and stored is not sent again', {
  timeout: 60_000,
}, async () => {
  const { double, library, reopen, folder, out, wish } = await openAddressLibrary(20)
  library.storage.close()
  const puts = () => double.asked().filter(({ method }) => method === 'PUT')
  // Twelve are taken, the others wait for an answer that never comes.
  double.setFault(() => (puts().length > 12 ? 'hang' : null))
  const child = spawn(process.execPath, [killed, join(folder, 'library'), double.url, out], { stdio: 'inherit' })
  onTestFinished(() => void child.kill('SIGKILL'))
  // Eight are out at once: when every one was asked for, the answers of the twelve were read and stored.
  await expect.poll(() => new Set(puts().map(({ key }) => key)).size, { timeout: 40_000 }).toBe(20)
  child.kill('SIGKILL')
  await once(child, 'exit')
  const taken = new Set(double.objects().keys())
  expect(taken.size).toBe(12)

  double.setFault(() => null)
  double.forget()
  const delivery = (await reopen()).open()
  expect(delivery.list({ batchId: 1 }).map(({ state }) => state)).toEqual(['failed'])
  const { deliveryId } = await delivery.start(wish())
  await delivery.whenDone(deliveryId)
  expect(delivery.get({ deliveryId })).toMatchObject({ state: 'done', written: 8, skipped: 12, failed: 0 })
  expect(puts().filter(({ key }) => taken.has(key))).toEqual([])
  expect(double.objects().size).toBe(20)
})
