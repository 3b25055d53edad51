import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { connect, createServer } from 'node:net'
import { join } from 'node:path'
import { setTimeout as sleep } from 'node:timers/promises'
import { promisify } from 'node:util'

const run = promisify(execFile)

export const swiftCommands = [
  'swift-proxy-server',
  'swift-account-server',
  'swift-container-server',
  'swift-object-server',
  'swift-ring-builder',
  'memcached',
] as const

export const swiftKeys = { accessKeyId: 'real:tester', secretAccessKey: 'tested-in-earnest' } as const

async function freePort(): Promise<number> {
  const server = createServer()
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  await new Promise((done) => server.close(done))
  if (address === null || typeof address === 'string') throw new Error('no free port')
  return address.port
}

async function answers(port: number): Promise<boolean> {
  return new Promise((done) => {
    const socket = connect(port, '127.0.0.1', () => {
      socket.destroy()
      done(true)
    })
    socket.on('error', () => done(false))
  })
}

/**
 * OpenStack Swift with its s3api in a folder: one proxy, one server of each kind, one device, one copy; all on loopback, all
 * ended by `stop`. The folder needs a file system with extended attributes (ext4, xfs).
 */
export async function startSwift(folder: string): Promise<{ url: string; region: string; stop: () => Promise<void> }> {
  const ports = { account: await freePort(), container: await freePort(), object: await freePort() }
  const proxyPort = await freePort()
  const cachePort = await freePort()
  const etc = join(folder, 'etc')
  await mkdir(etc, { recursive: true })
  await mkdir(join(folder, 'devices', 'd1'), { recursive: true })
  const children: ChildProcess[] = []
  const said: string[] = []
  const start = (command: string, ...args: string[]): void => {
    const child = spawn(command, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    for (const stream of [child.stdout, child.stderr]) stream?.on('data', (text) => said.push(String(text)))
    children.push(child)
  }
  const common = `swift_dir = ${etc}\nbind_ip = 127.0.0.1\nworkers = 0\nuser = root\nlog_level = ERROR\n`
  for (const [kind, port] of Object.entries(ports)) {
    const builder = join(etc, `${kind}.builder`)
    await run('swift-ring-builder', [builder, 'create', '6', '1', '0'])
    await run('swift-ring-builder', [builder, 'add', `r1z1-127.0.0.1:${port}/d1`, '1'])
    await run('swift-ring-builder', [builder, 'rebalance'])
    const conf = join(etc, `${kind}-server.conf`)
    await writeFile(
      conf,
      `[DEFAULT]\n${common}bind_port = ${port}\ndevices = ${join(folder, 'devices')}\nmount_check = false\n` +
        `[pipeline:main]\npipeline = ${kind}-server\n[app:${kind}-server]\nuse = egg:swift#${kind}\n`,
    )
    start(`swift-${kind}-server`, conf)
  }
  start('memcached', '-l', '127.0.0.1', '-p', String(cachePort), '-u', 'nobody')
  const filters = [
    'catch_errors',
    'gatekeeper',
    'bulk',
    'listing_formats',
    'copy',
    'slo',
    'dlo',
    'versioned_writes',
    'symlink',
  ]
  const pipeline =
    'catch_errors gatekeeper cache listing_formats bulk s3api tempauth copy slo dlo versioned_writes symlink'
  const conf = join(etc, 'proxy-server.conf')
  await writeFile(
    conf,
    `[DEFAULT]\n${common}bind_port = ${proxyPort}\n[pipeline:main]\npipeline = ${pipeline} proxy-server\n` +
      '[app:proxy-server]\nuse = egg:swift#proxy\nallow_account_management = true\naccount_autocreate = true\n' +
      `[filter:cache]\nuse = egg:swift#memcache\nmemcache_servers = 127.0.0.1:${cachePort}\n` +
      '[filter:s3api]\nuse = egg:swift#s3api\nlocation = us-east-1\nallow_multipart_uploads = true\n' +
      `[filter:tempauth]\nuse = egg:swift#tempauth\nuser_real_tester = ${swiftKeys.secretAccessKey} .admin\n` +
      filters.map((name) => `[filter:${name}]\nuse = egg:swift#${name}\n`).join(''),
  )
  start('swift-proxy-server', conf)
  const stop = async (): Promise<void> => {
    for (const child of children) child.kill('SIGTERM')
    await sleep(500)
    for (const child of children) if (child.exitCode === null && child.signalCode === null) child.kill('SIGKILL')
  }
  for (let wait = 0; ; wait++) {
    const up = await Promise.all([...Object.values(ports), proxyPort, cachePort].map(answers))
    if (up.every(Boolean)) return { url: `http://127.0.0.1:${proxyPort}`, region: 'us-east-1', stop }
    if (wait > 300 || children.some((child) => child.exitCode !== null)) {
      await stop()
      throw new Error(`Swift did not start:\n${said.join('').slice(-3000)}`)
    }
    await sleep(100)
  }
}
