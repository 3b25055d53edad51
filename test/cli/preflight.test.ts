import { type ChildProcess, execFileSync, spawn } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, realpath, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { delimiter, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'

const realFolder = fileURLToPath(new URL('../../electron/cli', import.meta.url))

/** A Node of this machine that preflight must refuse; null where there is none. */
function findOldNode(): string | null {
  const places = (process.env.PATH ?? '').split(delimiter).map((folder) => join(folder, 'node'))
  for (const node of [process.env.PROOFSHEET_OLD_NODE ?? '', '/usr/bin/node', ...places]) {
    try {
      const version =
        node === ''
          ? 99
          : Number.parseInt(execFileSync(node, ['-p', 'process.versions.node'], { encoding: 'utf8' }), 10)
      if (version >= 16 && version < 24) return node
    } catch {
      // Not a Node that starts: the next place may have one.
    }
  }
  return null
}
const oldNode = findOldNode()

/** A program: says who it is, counts the signals it is sent, and ends with the status it is told. */
const program = `
export async function main(args: string[]): Promise<number> {
  const say = (word: string): boolean => process.stdout.write(word + '\\n')
  if (args[0] === 'wait') {
    process.on('SIGINT', () => say('SIGINT'))
    process.on('SIGUSR2', () => {})
    setTimeout(() => say('too late'), 15_000)
    say('waiting ' + process.pid)
    return await new Promise(() => {})
  }
  say(process.versions.node.split('.')[0] + ' ' + JSON.stringify(args))
  return Number(args[0])
}
`

/** Does with Node 24 what preflight does on an older one, so that signals are tested on every machine. */
const first = `
import { runUnder } from './preflight.js'
process.exitCode = await runUnder(process.execPath, new URL('./proofsheet.js', import.meta.url).pathname, process.argv.slice(2))
`

let root = ''
let children: ChildProcess[] = []

beforeEach(async () => {
  root = await realpath(await mkdtemp(join(tmpdir(), 'proofsheet-preflight-')))
  const folder = join(root, 'electron', 'cli')
  await mkdir(folder, { recursive: true })
  await mkdir(join(root, 'node_modules', 'node', 'bin'), { recursive: true })
  await writeFile(join(root, 'package.json'), '{ "type": "module" }')
  for (const name of ['preflight.js', 'proofsheet.js']) await copyFile(join(realFolder, name), join(folder, name))
  await writeFile(join(folder, 'main.ts'), program)
  await writeFile(join(folder, 'first.js'), first)
})

afterEach(async () => {
  for (const child of children) child.kill('SIGKILL')
  children = []
  await rm(root, { recursive: true, force: true })
})

const givePackagedNode = (node: string): Promise<void> =>
  symlink(node, join(root, 'node_modules', 'node', 'bin', process.platform === 'win32' ? 'node.exe' : 'node'))

function start(node: string, file: string, args: readonly string[]) {
  // Its own group, so that a test can send a signal to all of it, as Ctrl+C does.
  const child = spawn(node, [join(root, 'electron', 'cli', file), ...args], {
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  })
  children.push(child)
  const said = { out: '', err: '' }
  child.stdout.on('data', (chunk) => (said.out += chunk))
  child.stderr.on('data', (chunk) => (said.err += chunk))
  const ended = new Promise<{ code: number | null; signal: string | null; out: string; err: string }>((resolve) =>
    child.once('close', (code, signal) => resolve({ code, signal, ...said })),
  )
  /** Resolves with the match once the program has said it. */
  const until = async (pattern: RegExp): Promise<RegExpExecArray> => {
    for (;;) {
      const match = pattern.exec(said.out)
      if (match) return match
      if (child.exitCode !== null) throw new Error(`It ended before it said ${pattern}: ${said.out}${said.err}`)
      await new Promise((resolve) => setTimeout(resolve, 10))
    }
  }
  return { child, ended, until, pid: child.pid ?? 0 }
}

const isAlive = (pid: number): boolean => {
  try {
    return process.kill(pid, 0)
  } catch {
    return false
  }
}

describe.skipIf(oldNode === null)('on a Node that is too old', () => {
  const old = oldNode ?? ''

  test('the program runs under the node package, with its arguments and exit status', async () => {
    await givePackagedNode(process.execPath)
    const { code, out, err } = await start(old, 'proofsheet.js', ['3', '--name', 'a b']).ended
    expect({ code, out, err }).toEqual({ code: 3, out: '24 ["3","--name","a b"]\n', err: '' })
  })

  test('without that package one sentence names the way out', async () => {
    const { code, out, err } = await start(old, 'proofsheet.js', ['0']).ended
    expect({ code, out }).toEqual({ code: 2, out: '' })
    expect(err).toMatch(/^Proofsheet needs Node 24 or newer, and this is \d+\.\d+\.\d+ .*`npm install` in .*\n$/)
    expect(err).toContain(root)
  })

  test('a node package that is too old as well does not start itself for ever', async () => {
    await givePackagedNode(old)
    const { code, err } = await start(old, 'proofsheet.js', ['0']).ended
    expect({ code, lines: err.split('\n').length }).toEqual({ code: 2, lines: 2 })
  })
})

test('on a new enough Node the program runs in the same process', async () => {
  const { code, out } = await start(process.execPath, 'proofsheet.js', ['7', 'x']).ended
  expect({ code, out }).toEqual({ code: 7, out: `${process.versions.node.split('.')[0]} ["7","x"]\n` })
})

describe.skipIf(process.platform === 'win32')('a signal to the first process', () => {
  test.each([
    ['alone', 1],
    ['and its group, as Ctrl+C', -1],
  ])('%s reaches the program once', async (_who, sign) => {
    const { until, ended, pid } = start(process.execPath, 'first.js', ['wait'])
    const program = Number((await until(/waiting (\d+)/))[1])
    process.kill(sign * pid, 'SIGINT')
    await until(/SIGINT/)
    process.kill(pid, 'SIGTERM')
    const { signal, out } = await ended
    expect(signal).toBe('SIGTERM')
    expect(out.match(/SIGINT/g)).toHaveLength(1)
    expect(isAlive(program)).toBe(false)
  })

  test('that kills it takes the program along', async () => {
    const { until, pid, ended } = start(process.execPath, 'first.js', ['wait'])
    const program = Number((await until(/waiting (\d+)/))[1])
    expect(program).not.toBe(pid)
    process.kill(pid, 'SIGKILL')
    // `close` comes when the program, too, has let go of the output.
    const { out, signal } = await ended
    expect(signal).toBe('SIGKILL')
    expect(out).not.toContain('too late')
  })
})
