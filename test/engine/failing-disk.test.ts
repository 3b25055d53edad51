import { fork, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { setTimeout as delay } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'
import { describe, expect, onTestFinished, test } from 'vitest'
import { z } from 'zod'
import { startFakeProvider } from '#test/fake-provider/fake-provider.ts'
import { temporaryFolder } from './open-library.ts'
import { priceMicros } from './paid-library.ts'

const source = fileURLToPath(new URL('./failing-disk.c', import.meta.url))
const program = fileURLToPath(new URL('./failing-disk-run.ts', import.meta.url))
const noShim =
  process.platform !== 'linux'
    ? 'it needs Linux'
    : spawnSync('cc', ['--version']).status === 0
      ? null
      : 'there is no C compiler'

const message = z.object({
  done: z.int(),
  left: z.int(),
  storage: z.string().nullable(),
  end: z.looseObject({}).nullable(),
})

const errors = { EIO: 5, EACCES: 13, EROFS: 30 } as const

/** A run in a process of its own, whose disk fails as `FAIL_CONTROL` says. */
async function startRun(queue: boolean) {
  const folder = await temporaryFolder()
  const shim = join(folder, 'failing-disk.so')
  const built = spawnSync('cc', ['-shared', '-fPIC', '-O1', '-o', shim, source, '-ldl'], { encoding: 'utf8' })
  if (built.status !== 0) throw new Error(built.stderr)
  const fake = await startFakeProvider({ priceMicros, latency: { kind: 'fixed', ms: 300 } })
  onTestFinished(() => fake.close())
  const prompts = Array.from({ length: 24 }, (_, at) => `prompt ${at}`)
  const control = join(folder, 'control')
  const library = join(folder, 'library')
  const child = fork(program, [JSON.stringify({ library, url: fake.url, queue, prompts, micros: priceMicros })], {
    execArgv: [],
    env: { ...process.env, LD_PRELOAD: shim, FAIL_UNDER: library, FAIL_CONTROL: control },
  })
  onTestFinished(() => void child.kill('SIGKILL'))
  let latest = message.parse({ done: 0, left: prompts.length, storage: null, end: null })
  child.on('message', (sent) => {
    latest = message.parse(sent)
  })
  const until = async (isSo: () => boolean, what: string) => {
    for (const endMs = performance.now() + 40_000; !isSo(); await delay(10)) {
      if (performance.now() > endMs) throw new Error(`waited in vain until ${what}: ${JSON.stringify(latest)}`)
      if (child.exitCode !== null && latest.end === null) throw new Error(`the host ended (${child.exitCode})`)
    }
  }
  return { fake, prompts, control, child, until, latest: () => latest }
}

describe.skipIf(noShim !== null)(`a disk that fails under way${noShim ? ` (left out: ${noShim})` : ''}`, () => {
  test.each([
    ['fsync', 'EIO', false],
    ['all', 'EROFS', true],
    ['all', 'EACCES', false],
  ] as const)(
    '%s gives %s (with handles to store: %s): nothing more is sent, what is out is kept, and it goes on when mended',
    async (calls, error, queue) => {
      const { fake, prompts, control, child, until, latest } = await startRun(queue)
      await until(() => latest().done >= 4 && fake.ledger().requests > latest().done, 'some are made and some are out')
      await writeFile(control, `${calls} ${errors[error]}`)
      await until(() => latest().storage !== null, 'it says why it stands still')
      await until(() => fake.ledger().entries.every(({ endedMs }) => endedMs !== null), 'what was out comes home')
      const sent = fake.ledger().requests
      // Longer than the pause between two tries of the disk.
      await delay(2500)
      expect(fake.ledger().requests).toBe(sent)
      expect(sent).toBeLessThan(prompts.length)
      expect(latest().storage).toMatch(error === 'EIO' ? /reports an error/ : /cannot be written/)
      await rm(control)
      const ended = once(child, 'exit')
      await until(() => latest().end !== null, 'all are made')
      expect(latest().end).toMatchObject({
        drafts: { done: prompts.length, failed: 0, unknown: 0, held: 0, canceled: 0 },
        settledMicros: prompts.length * priceMicros,
        reservedMicros: 0,
        unknownMicros: 0,
        verified: true,
      })
      expect(fake.ledger()).toMatchObject({ requests: prompts.length, billedMicros: prompts.length * priceMicros })
      await ended
    },
    90_000,
  )
})
