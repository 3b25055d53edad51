import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { onTestFinished } from 'vitest'
import { z } from 'zod'
import { openEngine } from '#engine/engine.ts'
import { temporaryFolder } from '../engine/open-library.ts'

const program = fileURLToPath(new URL('../../electron/cli/proofsheet.js', import.meta.url))

export interface Ended {
  readonly status: number | null
  readonly stdout: string
  readonly stderr: string
}

export interface Running {
  readonly pid: number
  /** Everything on stdout and stderr so far. */
  readonly said: () => string
  readonly signal: (name: NodeJS.Signals) => void
  readonly ended: Promise<Ended>
}

/** A folder of its own with everything a command needs: a library, a place for keys, an environment. */
export interface Desk {
  readonly folder: string
  readonly library: string
  readonly env: Record<string, string | undefined>
  readonly start: (...args: string[]) => Running
  readonly run: (...args: string[]) => Promise<Ended>
  /** The same with something in its pipe. */
  readonly pipe: (input: string, ...args: string[]) => Promise<Ended>
  /** Runs a command with --json and reads its one object. */
  readonly json: (...args: string[]) => Promise<{ status: number | null; object: unknown; stderr: string }>
  readonly write: (name: string, text: string) => Promise<string>
}

/** A library in a temporary folder, and the real command as a child process on it. */
export async function openDesk(env: Record<string, string | undefined> = {}): Promise<Desk> {
  const folder = await temporaryFolder()
  const library = join(folder, 'library')
  const own: Record<string, string | undefined> = {
    ...process.env,
    PROOFSHEET_LIBRARY: library,
    XDG_CONFIG_HOME: join(folder, 'config'),
    XDG_DATA_HOME: join(folder, 'data'),
    DISPLAY: '',
    WAYLAND_DISPLAY: '',
    // Whoever runs the tests has a keyring of their own.
    PROOFSHEET_KEYRING: 'off',
    FAL_KEY: undefined,
    OPENAI_API_KEY: undefined,
    OPENAI_BASE_URL: undefined,
    ...env,
  }
  const start = (...args: string[]): Running => startCommand(args, folder, own)
  const run = (...args: string[]): Promise<Ended> => start(...args).ended
  return {
    folder,
    library,
    env: own,
    start,
    run,
    pipe: (input, ...args) => startCommand(args, folder, own, input).ended,
    async json(...args) {
      const { status, stdout, stderr } = await run(...args, '--json')
      return { status, object: oneObject(stdout), stderr }
    },
    async write(name, text) {
      const path = join(folder, name)
      await writeFile(path, text)
      return path
    },
  }
}

/** Stdout is exactly one JSON object, and a line. */
export function oneObject(stdout: string): unknown {
  const lines = stdout.trimEnd().split('\n')
  if (lines.length !== 1) throw new Error(`stdout has ${lines.length} lines:\n${stdout}`)
  return z.looseObject({}).parse(JSON.parse(lines[0] ?? ''))
}

function startCommand(
  args: readonly string[],
  cwd: string,
  env: Record<string, string | undefined>,
  input: string | null = null,
): Running {
  const child = spawn(process.execPath, [program, ...args], { cwd, env, stdio: ['pipe', 'pipe', 'pipe'] })
  child.stdin.on('error', () => undefined).end(input ?? '')
  let stdout = ''
  let stderr = ''
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    stdout += text
  })
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    stderr += text
  })
  const ended = once(child, 'close').then(() => ({ status: child.exitCode, stdout, stderr }))
  onTestFinished(async () => {
    if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
    await ended
  })
  return { pid: child.pid ?? 0, said: () => stdout + stderr, signal: (name) => void child.kill(name), ended }
}

/** Looks again every few ms until it is so. */
export async function until(isSo: () => boolean, what: string, limitMs = 30_000): Promise<void> {
  const endMs = performance.now() + limitMs
  while (!isSo()) {
    if (performance.now() > endMs) throw new Error(`waited ${limitMs} ms in vain: ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 5))
  }
}

/** Tells the library what the server's pictures cost; without it a server on loopback is free. */
export async function setPaid(desk: Desk, usd: number, daily: { capMicros: number | null } = { capMicros: null }) {
  const engine = await openEngine({
    library: desk.library,
    host: 'a test',
    keyFile: join(desk.folder, 'keys.json'),
    env: {},
    emit: () => undefined,
  })
  engine.providers.configure({ provider: 'openai-compatible', settings: { pricePerImageUsd: usd } })
  engine.settings.set({ dailyCapMicros: daily.capMicros })
  await engine.close()
}

/** `id,prompt` and a line for each prompt. */
export const sheetText = (prompts: readonly string[]): string =>
  `id,prompt\n${prompts.map((prompt, at) => `P${at + 1},"${prompt}"\n`).join('')}`

export const counts = z.strictObject({
  done: z.int(),
  cached: z.int(),
  failed: z.int(),
  unknown: z.int(),
  held: z.int(),
  canceled: z.int(),
  left: z.int(),
})

/** What other tools read of `run --json`. */
export const runAnswer = z.looseObject({
  batch: z.string(),
  batchId: z.int(),
  prompts: z.int(),
  drafts: counts,
  requests: z.int(),
  estimateMicros: z.int().nullable(),
  settledMicros: z.int(),
  currency: z.string(),
  elapsedMs: z.int().positive(),
  stopped: z.boolean(),
  held: z.record(z.string(), z.int()),
  paused: z.array(z.looseObject({ provider: z.string(), code: z.string().nullable(), message: z.string() })),
})
