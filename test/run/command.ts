import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'

export const projectRoot = fileURLToPath(new URL('../..', import.meta.url))

// The project's own commands come first, its Node too, as they do in npm's scripts.
const path = [join(projectRoot, 'node_modules', '.bin'), process.env.PATH ?? ''].join(delimiter)

export interface Outcome {
  readonly ok: boolean
  /** Both output streams, in the order they came. */
  readonly output: string
}

interface CommandOptions {
  readonly env?: Readonly<Record<string, string>>
  /** After this long the command and all it started are ended. The default is 30 minutes. */
  readonly limitMs?: number
}

/** Running commands, so that an interrupted test run leaves none behind. */
const running = new Set<ChildProcess>()

/** Ends a command with everything it started. */
function end(child: ChildProcess): void {
  if (child.pid === undefined || child.exitCode !== null) return
  try {
    if (process.platform === 'win32') child.kill()
    else process.kill(-child.pid, 'SIGKILL')
  } catch {
    // It ended by itself in the meantime.
  }
}

export function endRunning(): void {
  for (const child of running) end(child)
}

/**
 * Runs a command in the project's root, with nothing on stdin, and resolves when it has ended; it never rejects. A
 * command that is not there is a failure whose output says so.
 */
export async function run(command: string, args: readonly string[], options: CommandOptions = {}): Promise<Outcome> {
  const limitMs = options.limitMs ?? 30 * 60_000
  const isWindows = process.platform === 'win32'
  const child = spawn(command, args, {
    cwd: projectRoot,
    stdio: ['ignore', 'pipe', 'pipe'],
    // A group of its own, to end a browser or a server together with the command that started it.
    detached: !isWindows,
    // npm's commands are scripts there.
    shell: isWindows,
    env: { ...process.env, PATH: path, NO_COLOR: '1', FORCE_COLOR: undefined, ...options.env },
  })
  running.add(child)
  let output = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output += text
  })
  const timer = setTimeout(() => {
    output += `\n${command} was ended: it took longer than ${limitMs / 1000} s.\n`
    end(child)
  }, limitMs)
  try {
    const [code] = await once(child, 'close')
    return { ok: code === 0, output }
  } catch (error) {
    return {
      ok: false,
      output: `${output}${command} did not start: ${error instanceof Error ? error.message : error}\n`,
    }
  } finally {
    clearTimeout(timer)
    running.delete(child)
  }
}
