import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { startS3Double } from '../s3-double/s3-double.ts'
import { bucketAt } from './bucket-settings.ts'
import { keyringDouble } from './keyring-double.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, temporaryFolder } from './open-library.ts'

const canary = 'canary/f00dface+0123456789'

async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)))
}

test.each(['environment', 'keyring', 'file'] as const)(
  'the keys of a bucket from the %s are where they were put, and nowhere else: not in the library, events, replies or the bucket',
  async (place) => {
    const double = await startS3Double({ secretAccessKey: canary, hasConditions: false })
    onTestFinished(() => double.close())
    const { accessKeyId } = double
    const top = await temporaryFolder()
    const keyring = keyringDouble()
    const library = await openTestLibrary({
      library: join(top, 'library'),
      keyring: place === 'keyring' ? keyring : null,
      env: place === 'environment' ? { AWS_ACCESS_KEY_ID: accessKeyId, AWS_SECRET_ACCESS_KEY: canary } : {},
    })
    const { engine } = library
    const replies: unknown[] = []
    const endpoint = double.url
    if (place !== 'environment')
      replies.push(await engine.buckets.setKey({ endpoint, key: { accessKeyId, secretAccessKey: canary } }))
    replies.push(engine.buckets.keyState({ endpoint }), await engine.buckets.test(bucketAt(double)))
    const profile = draftProfile('sketch', 'sketch', { width: 64, height: 64 })
    const batchId = await runSheet(library, sheetOf(['one', 'two']), settingsFor([profile]))
    await engine.generation.whenIdle(batchId)
    const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    await engine.review.apply({ targets: { kind: 'tiles', tileIds: ids }, verb: { kind: 'approve' } })
    const settings = { batchId, layout: 'approved', nameTemplate: '{id}', stage: 'best' } as const
    const deliver = async () => {
      const { deliveryId } = await engine.delivery.start({ ...settings, destination: bucketAt(double) })
      await expect.poll(() => engine.delivery.get({ deliveryId }).state).not.toBe('running')
      replies.push(engine.delivery.get({ deliveryId }), engine.delivery.list({ batchId }))
      return deliveryId
    }
    const deliveryId = await deliver()
    expect(engine.delivery.get({ deliveryId })).toMatchObject({ state: 'done', written: 2 })
    const { files } = await engine.buckets.links({ deliveryId, days: 1 })
    expect(JSON.stringify(files)).not.toContain(encodeURIComponent(canary))
    // Errors are told and stored, too.
    double.setFault(({ method }) => (method === 'PUT' ? 'reset' : null))
    replies.push(await engine.buckets.test(bucketAt(double)))
    replies.push(engine.settings.get(), engine.providers.list(), engine.library.info())
    await engine.close()

    const holding = [...(await filesBelow(top))].flatMap(([file, bytes]) => (bytes.includes(canary) ? [file] : []))
    expect(holding).toEqual(place === 'file' ? [join(top, 'keys.json')] : [])
    // A link is as good as a key: none is kept.
    for (const [, bytes] of await filesBelow(top)) expect(bytes.includes('X-Amz-Signature')).toBe(false)
    for (const [, { bytes }] of double.objects()) expect(bytes.includes(canary)).toBe(false)
    for (const said of [replies, library.events]) expect(JSON.stringify(said)).not.toContain(canary)
    for (const { headers } of double.asked()) expect(JSON.stringify(headers)).not.toContain(canary)
    expect([...keyring.secrets.values()].some((secret) => secret.includes(canary))).toBe(place === 'keyring')
  },
)
