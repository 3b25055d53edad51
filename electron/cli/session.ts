import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { Engine, EngineOptions } from '#engine/engine.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import type { Call } from './call.ts'
import { keyFilePlace, programRoot } from './library-place.ts'
import { type Stop, watchForStop } from './stop.ts'

type Parts = Pick<EngineOptions, 'host'> & Partial<Pick<EngineOptions, 'readOnly' | 'goesOn' | 'emit' | 'publicUrl'>>

/** Loaded here and not above: `--help` and mistakes in the command need no database and no picture library. */
async function open(library: string, parts: Parts): Promise<Engine> {
  const { openEngine, systemKeyring } = await import('#engine/engine.ts')
  const examples = join(programRoot, 'examples')
  return openEngine({
    library,
    keyFile: keyFilePlace(),
    keyring: process.env.PROOFSHEET_KEYRING === 'off' ? null : systemKeyring(),
    env: process.env,
    emit: () => undefined,
    examples: existsSync(examples) ? examples : null,
    ...parts,
  })
}

/** Looks into a library, also beside a host that has it open. Where there is none yet, it looks like an empty one. */
export async function reading(call: Call, work: (engine: Engine) => Promise<number> | number): Promise<number> {
  const engine = await open(call.library, { host: 'the command line', readOnly: true })
  try {
    return await work(engine)
  } finally {
    await engine.close()
  }
}

/** Like `reading`, where an empty library would be a wrong answer: a mistake in its path. */
export function readingExisting(call: Call, work: (engine: Engine) => Promise<number> | number): Promise<number> {
  if (!existsSync(join(call.library, 'library.db')))
    throw new AppError('not-found', `There is no library in ${call.library}. Name its folder with --library.`)
  return reading(call, work)
}

/**
 * Opens the library as its one host, and closes it when the work has ended; the first Ctrl+C asks the work to stop, the
 * second leaves at once. `host` is what another writer is told. Throws AppError `conflict` where another host has it.
 */
export async function writing(
  call: Call,
  parts: Parts,
  work: (engine: Engine, stop: Stop) => Promise<number>,
): Promise<number> {
  const stop = watchForStop(call.out)
  try {
    const engine = await open(call.library, parts)
    let status: number = exitStatus.stopped
    try {
      status = await work(engine, stop)
      return status
    } finally {
      await stop.unlessForced(engine.close())
      // What is still out has timers and sockets of its own: they would keep the process.
      if (stop.isForced()) process.exit(status)
    }
  } finally {
    stop.done()
  }
}
