import { mkdir, mkdtemp, rm, symlink, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { createEventLog } from '#api/event-log.ts'
import { startWebHost } from '../../electron/web/web.ts'
import { emptyEngine } from './empty-engine.ts'
import { openSession } from './raw-request.ts'

/** Must never be answered: it lies beside the window's folder. */
export const secretText = 'outside of the window'

/** A web host with a small window, a file and a link that lead out of it, and one open session. */
export async function openGuardedHost() {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-guard-'))
  const renderer = join(folder, 'renderer')
  await mkdir(join(renderer, 'assets'), { recursive: true })
  await writeFile(join(renderer, 'index.html'), '<!doctype html><title>Proofsheet</title>')
  await writeFile(join(renderer, 'assets', 'index-1.js'), 'export {}')
  await writeFile(join(folder, 'secret.txt'), secretText)
  await writeFile(join(folder, 'secret.js'), secretText)
  await symlink(join(folder, 'secret.js'), join(renderer, 'assets', 'link.js'))
  const engine = emptyEngine()
  const announced: string[] = []
  const defects: string[] = []
  const host = await startWebHost({
    engine,
    eventLog: createEventLog(),
    port: 0,
    rendererFolder: renderer,
    version: '1.2.3',
    maxBodyBytes: 10_000,
    announce: (address) => announced.push(address),
    onDefect: (_error, where) => defects.push(where),
  })
  const port = Number(new URL(host.url).port)
  const cookie = `Cookie: ${await openSession(port, host.urlWithToken)}`
  const close = async () => {
    await host.close()
    await rm(folder, { recursive: true, force: true })
  }
  return { host, port, cookie, engine, announced, defects, close }
}
