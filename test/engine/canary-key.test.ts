import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, onTestFinished, test } from 'vitest'
import { fal } from '#engine/providers/fal/fal.ts'
import { startFakeProvider } from '../fake-provider/fake-provider.ts'
import { fastClock } from './fast-clock.ts'
import { keyringDouble } from './keyring-double.ts'
import { draftProfile, openTestLibrary, runSheet, settingsFor, sheetOf, temporaryFolder } from './open-library.ts'

const canary = 'sk-canary-f00dface-0123456789'

/** Every byte of every file below, each with its name. */
async function filesBelow(folder: string): Promise<Map<string, Buffer>> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  return new Map(await Promise.all(files.map(async (file) => [file, await readFile(file)] as const)))
}

test.each(['environment', 'keyring', 'file'] as const)(
  'a key from the %s is where it was put, in the headers of its service, and nowhere else',
  async (place) => {
    const fake = await startFakeProvider({ key: canary, priceMicros: 3_000 })
    onTestFinished(() => fake.close())
    const top = await temporaryFolder()
    const keyring = keyringDouble()
    const library = await openTestLibrary({
      library: join(top, 'library'),
      providers: [fal],
      clock: fastClock(20),
      keyring: place === 'keyring' ? keyring : null,
      env: place === 'environment' ? { FAL_KEY: canary } : {},
    })
    const { engine } = library
    // What a renderer gets of them, and what the command line prints.
    const replies: unknown[] = []
    const settings = { baseUrl: `${fake.url}/fal-queue`, platformUrl: `${fake.url}/fal-platform/v1`, pollSeconds: 0.2 }
    replies.push(engine.providers.configure({ provider: 'fal', settings }))
    if (place !== 'environment') replies.push(await engine.providers.setKey({ provider: 'fal', key: canary }))
    const prompts = [
      'good',
      'never [[refused]]',
      'gone [[url wrong=expired]]',
      'lost [[lost times=1]]',
      'down [[503 times=1]]',
    ]
    const profile = draftProfile('fal', 'fal-ai/flux/schnell', { width: 512, height: 512 })
    const batchId = await runSheet(library, sheetOf(prompts), settingsFor([profile]))
    await engine.generation.whenIdle(batchId)
    expect(engine.batches.get({ batchId }).drafts.done).toBeGreaterThan(1)
    const { ids } = engine.tiles.ids({ batchId, filter: {}, order: 'sheet' })
    replies.push(
      engine.providers.list(),
      await engine.providers.check({ provider: 'fal' }),
      engine.settings.get(),
      engine.generation.queue(),
      engine.generation.failures({ batchId }),
      engine.batches.list(),
      engine.library.info(),
      engine.tiles.many({ tileIds: ids }),
    )
    await engine.review.apply({ targets: { kind: 'tiles', tileIds: ids }, verb: { kind: 'approve' } })
    const { deliveryId } = await engine.delivery.start({
      batchId,
      destination: { kind: 'folder', folder: top },
      layout: 'by-decision',
      nameTemplate: '{id}-{variant}',
      stage: 'best',
    })
    await expect.poll(() => engine.delivery.get({ deliveryId }).state).toBe('done')
    replies.push(engine.delivery.get({ deliveryId }))
    const backup = join(top, 'backup.db')
    await engine.library.backup({ file: backup })
    await engine.close()
    const files = await filesBelow(top)
    expect(files.size).toBeGreaterThan(6)
    const keyFile = join(top, 'keys.json')
    const holding = [...files].flatMap(([file, bytes]) => (bytes.includes(canary) ? [file] : []))
    expect(holding).toEqual(place === 'file' ? [keyFile] : [])
    expect([...keyring.secrets.values()].map((secret) => secret.includes(canary))).toEqual(
      place === 'keyring' ? [true] : [],
    )
    for (const said of [replies, library.events]) expect(JSON.stringify(said)).not.toContain(canary)
    const asked = fake.asked()
    expect(asked.filter(({ authorization }) => authorization === `Key ${canary}`).length).toBeGreaterThan(5)
    expect(asked.filter(({ url }) => url.includes(canary))).toEqual([])
    // Where pictures are fetched, no key goes along.
    const fetched = asked.filter(({ url }) => url.startsWith('/files/'))
    expect(fetched.length).toBeGreaterThan(1)
    expect(fetched.filter(({ authorization }) => authorization !== null)).toEqual([])
  },
)
