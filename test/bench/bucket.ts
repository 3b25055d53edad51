import { execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import pLimit from 'p-limit'
import { openBuckets } from '#engine/delivery/delivery.ts'
import { openNetwork } from '#engine/network/network.ts'
import { bucketAt } from '#test/engine/bucket-settings.ts'
import { openLibrary } from '#test/engine/delivery-library.ts'
import { atLeast, type Bench, type Row } from './rows.ts'

const run = promisify(execFile)
const serverFile = fileURLToPath(new URL('./bucket/s3-process.ts', import.meta.url))
const keys: Readonly<Record<string, string>> = {
  AWS_ACCESS_KEY_ID: 'AKIDDOUBLE',
  AWS_SECRET_ACCESS_KEY: 'double/secret+key',
}

/** A certificate bundle of this machine's is not one that rclone takes. */
const { AWS_CA_BUNDLE: _bundle, ...environment } = process.env
const rcloneEnv = { ...environment, ...keys }

/** Side of a noise picture of 1.4 MB, stored without compression (3 bytes a pixel). */
const side = 683
const turns = 3
const leastRatio = 0.9

export const bucketBench: Bench = {
  name: 'bucket',
  about: 'pictures of 1.4 MB delivered to a bucket on loopback, against rclone with 8 transfers on the same server',
  async run(options): Promise<Row[]> {
    const count = options.jobs ?? (options.quick ? 60 : 500)
    const what = `${count} pictures of 1.4 MB to a bucket: speed over rclone’s`
    const hasRclone = await run('rclone', ['version']).then(
      () => true,
      () => false,
    )
    if (!hasRclone)
      return [
        { what, value: null, unit: 'x', hold: `${leastRatio} at least`, ok: null, why: 'there is no rclone here' },
      ]
    const library = await openLibrary(join(options.folder, 'library'))
    const network = openNetwork()
    const nothing = () => Promise.resolve()
    const secrets = { find: () => null, set: nothing, forget: nothing, load: nothing }
    const buckets = openBuckets({ network, secrets, env: keys, now: Date.now })
    try {
      options.say(`  making ${count} pictures of 1.4 MB`)
      const batchId = await library.beginBatch('Bench')
      const making = pLimit(4)
      await Promise.all(
        Array.from({ length: count }, (_, at) => making(() => library.addTile(batchId, at + 1, { noise: side }))),
      )
      const pictures = join(library.storage.folder, 'pictures')
      const found = (await readdir(pictures, { recursive: true })).filter((name) => name.endsWith('.png'))
      if (found.length !== count) throw new Error(`${found.length} pictures, not ${count}`)
      const delivery = library.open(library.images.pictureFile, buckets)

      const ours = async (url: string): Promise<void> => {
        const settings = { batchId, layout: 'approved', nameTemplate: '{row}', stage: 'best' } as const
        const { deliveryId } = await delivery.start({ ...settings, destination: bucketAt({ url }) })
        await delivery.whenDone(deliveryId)
        const { written, error } = delivery.get({ deliveryId })
        if (written !== count) throw new Error(`${written} written: ${error}`)
      }
      const rclone = async (url: string): Promise<void> => {
        const remote = `:s3,provider=Other,env_auth=true,region=us-east-1,force_path_style=true,no_check_bucket=true,list_version=2,endpoint="${url}":pictures/rclone`
        const options = ['--transfers', '8', '--config', '/dev/null']
        await run('rclone', ['copy', pictures, remote, '--include', '*.png', ...options], { env: rcloneEnv })
      }
      const contenders = { ours, rclone }
      const bestMs = { ours: Number.POSITIVE_INFINITY, rclone: Number.POSITIVE_INFINITY }
      for (let turn = 0; turn < turns * options.rounds; turn++)
        for (const name of turn % 2 === 0 ? (['ours', 'rclone'] as const) : (['rclone', 'ours'] as const)) {
          const ms = await onFreshServer(contenders[name], count)
          bestMs[name] = Math.min(bestMs[name], ms)
          options.say(`  ${name}: ${Math.round(ms)} ms`)
        }
      return [atLeast(what, bestMs.rclone / bestMs.ours, 'x', leastRatio)]
    } finally {
      library.storage.close()
      await network.close()
    }
  },
}

/** How long work takes at a server of its own, which keeps everything in memory, and has every picture then. */
async function onFreshServer(work: (url: string) => Promise<void>, pictures: number): Promise<number> {
  const server = spawn(process.execPath, [serverFile], { stdio: ['pipe', 'pipe', 'inherit'] })
  try {
    const lines = createInterface(server.stdout)[Symbol.asyncIterator]()
    const url = String((await lines.next()).value)
    const startedMs = performance.now()
    await work(url)
    const ms = performance.now() - startedMs
    server.stdin.end()
    const { value } = await lines.next()
    if (value !== String(pictures)) throw new Error(`${value} pictures arrived, not ${pictures}`)
    return ms
  } finally {
    server.stdin.end()
    if (server.exitCode === null) await once(server, 'exit')
  }
}
