/**
 * `node test/real/s3.ts`: deliveries to a real S3 server. Without arguments to OpenStack Swift with its s3api, started in a
 * temporary folder (Debian: swift-proxy, swift-account, swift-container, swift-object, memcached, as root); skipped, with a
 * word, where that is not installed. Or `node test/real/s3.ts s3://bucket/prefix [--endpoint URL] [--region R]` with keys in
 * AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY: to any bucket that is yours; what it writes there it removes.
 */
import assert from 'node:assert/strict'
import { execFile } from 'node:child_process'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { parseArgs, promisify } from 'node:util'
import { CreateBucketCommand, DeleteObjectCommand, ListObjectsV2Command, S3Client } from '@aws-sdk/client-s3'
import { openBuckets } from '#engine/delivery/delivery.ts'
import { openNetwork } from '#engine/network/network.ts'
import { parseBucketAddress } from '#shared/bucket-address.ts'
import { bucketAt } from '../engine/bucket-settings.ts'
import { openLibrary, sha256Of } from '../engine/delivery-library.ts'
import { startSwift, swiftCommands, swiftKeys } from './swift.ts'

const run = promisify(execFile)

interface RealServer {
  readonly name: string
  readonly address: string
  readonly endpoint: string | null
  readonly region: string | null
  readonly keys: { readonly accessKeyId: string; readonly secretAccessKey: string }
}

const { values, positionals } = parseArgs({
  options: { endpoint: { type: 'string' }, region: { type: 'string' } },
  allowPositionals: true,
})
await main()

async function main(): Promise<void> {
  const [address] = positionals
  if (address !== undefined) {
    const { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey } = process.env
    if (!accessKeyId || !secretAccessKey) throw new Error('AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY are not set.')
    const { endpoint = null, region = null } = values
    return deliverTo({ name: endpoint ?? 'AWS', address, endpoint, region, keys: { accessKeyId, secretAccessKey } })
  }
  const missing: string[] = []
  for (const command of swiftCommands)
    await run('sh', ['-c', `command -v ${command}`]).catch(() => missing.push(command))
  if (missing.length > 0 || process.getuid?.() !== 0) {
    console.log(
      `skipped: ${missing.length > 0 ? `there is no ${missing.join(', ')} here` : 'Swift is started as root'}`,
    )
    return
  }
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-swift-'))
  try {
    const swift = await startSwift(folder)
    try {
      const place = { endpoint: swift.url, region: swift.region }
      const client = new S3Client({ ...place, credentials: swiftKeys, forcePathStyle: true })
      await client.send(new CreateBucketCommand({ Bucket: 'pictures' }))
      client.destroy()
      await deliverTo({ name: 'Swift s3api', address: 's3://pictures/client', keys: swiftKeys, ...place })
    } finally {
      await swift.stop()
    }
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
}

async function deliverTo(server: RealServer): Promise<void> {
  const { address, endpoint, region, keys } = server
  const found = parseBucketAddress(address)
  if (!found) throw new Error(`${address} is no bucket.`)
  const { bucket: Bucket, prefix } = found
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-real-s3-'))
  const network = openNetwork()
  const nothing = () => Promise.resolve()
  const secrets = { find: () => null, set: nothing, forget: nothing, load: nothing }
  const withKeys = ({ accessKeyId, secretAccessKey }: RealServer['keys']) =>
    openBuckets({
      network,
      secrets,
      env: { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: secretAccessKey },
      now: Date.now,
    })
  const buckets = withKeys(keys)
  const place = bucketAt({ url: endpoint ?? '' }, { address, endpoint, region })
  const library = await openLibrary(join(folder, 'library'))
  const client = new S3Client({
    ...(endpoint === null ? {} : { endpoint, forcePathStyle: true }),
    region: region ?? 'us-east-1',
    credentials: keys,
  })
  const Prefix = `${prefix === '' ? '' : `${prefix}/`}Real shoes`
  const keysThere = async (): Promise<string[]> =>
    ((await client.send(new ListObjectsV2Command({ Bucket, Prefix }))).Contents ?? []).flatMap(({ Key }) => Key ?? [])
  try {
    const tested = await buckets.test(place)
    say(`Test destination: ${tested.message}`, ...tested.notes)
    assert.equal(tested.ok, true)
    const wrongKeys = withKeys({ ...keys, secretAccessKey: 'not-this-one' })
    for (const [what, end] of [
      ['wrong key', await wrongKeys.test(place)],
      ['no bucket', await buckets.test({ ...place, address: 's3://proofsheet-there-is-no-such-bucket' })],
      ['wrong region', await buckets.test({ ...place, region: 'ap-nowhere-9' })],
    ] as const)
      say(`${what}: ${end.ok ? 'accepted' : end.message}`)

    const batchId = await library.beginBatch('Real shoes')
    const added: Awaited<ReturnType<typeof library.addTile>>[] = []
    for (let row = 1; row <= 30; row++)
      added.push(await library.addTile(batchId, row, row === 30 ? { noise: 2400 } : {}))
    const delivery = library.open(library.images.pictureFile, buckets)
    const deliver = async () => {
      const settings = { batchId, layout: 'approved', nameTemplate: '{row}-é {id}', stage: 'best' } as const
      const startedMs = performance.now()
      const { deliveryId } = await delivery.start({ ...settings, destination: place })
      await delivery.whenDone(deliveryId)
      const { state, written, skipped, failed, error, notes } = delivery.get({ deliveryId })
      say(
        `${state}: ${written} written, ${skipped} there already, ${failed} failed, ${Math.round(performance.now() - startedMs)} ms`,
      )
      say(...(error ? [error] : []), ...notes)
      return { deliveryId, state, written, skipped, failed }
    }
    const { deliveryId, ...first } = await deliver()
    assert.deepEqual(first, { state: 'done', written: 30, skipped: 0, failed: 0 })
    const { files } = await delivery.links({ deliveryId, days: 1 })
    assert.equal(files.length, 32)
    for (const at of [0, 29]) {
      const reply = await fetch(files[at]?.link ?? '')
      assert.equal(sha256Of(new Uint8Array(await reply.arrayBuffer())), added[at]?.sha256)
    }
    say('links give the very bytes, of a large picture in parts, too')
    const { deliveryId: _again, ...second } = await deliver()
    assert.deepEqual(second, { state: 'done', written: 0, skipped: 30, failed: 0 })
    library.mark(added[0]?.imageId ?? 0, 'rejected')
    const { deliveryId: _fewer, ...third } = await deliver()
    assert.deepEqual(third, { state: 'done', written: 0, skipped: 29, failed: 0 })
    assert.equal((await keysThere()).length, 31)
    say(`${server.name}: all is as it should be`)
  } finally {
    for (const Key of await keysThere()) await client.send(new DeleteObjectCommand({ Bucket, Key }))
    client.destroy()
    library.storage.close()
    await network.close()
    await rm(folder, { recursive: true, force: true })
  }
}

function say(...lines: string[]): void {
  for (const line of lines) console.log(line)
}
