import { copyFile, mkdir, readdir, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { batchPriceMicros } from './remote-double.ts'
import { openRemoteLibrary, prompts, type RemoteLibrary } from './remote-library.ts'

const far = () => ({ kind: 'at' as const, atMs: Date.now() + 400 * 86_400_000 })

/** The database as it was at this moment, put in the place of the one that comes to be. */
async function rememberBackup({ library }: RemoteLibrary): Promise<() => Promise<void>> {
  const backups = join(library.folder, 'backups')
  const newest =
    (await readdir(backups))
      .filter((name) => name.endsWith('.db'))
      .sort()
      .at(-1) ?? ''
  const kept = join(library.folder, 'kept.db')
  await copyFile(join(backups, newest), kept)
  return async () => {
    await rm(backups, { recursive: true })
    await mkdir(backups)
    await copyFile(kept, join(backups, 'library-2026-01-02T03-04-05-006Z.db'))
    await writeFile(join(library.folder, 'library.db'), 'torn')
  }
}

test.each([
  ['at work', 'working'],
  ['over, its results here and not read', 'reading'],
] as const)(
  'a database from before the start, the batch %s: it is found by its label, and nothing is paid twice',
  async (_how, state) => {
    let looks = 1_000_000
    let isGone = true
    const options = {
      how: () => 'completed' as const,
      get looks() {
        return looks
      },
      on(call: string) {
        if (call === 'piece' && isGone) throw new Error('not yet')
      },
    }
    const first = await openRemoteLibrary(options)
    const { folder } = first
    const batchId = await first.start(prompts(6), { start: far() })
    await first.library.engine.close()
    const putBack = await rememberBackup(first)

    if (state === 'reading') looks = 1
    const second = await openRemoteLibrary({ ...options, looks, folder })
    second.library.engine.generation.control({ action: 'start', of: { kind: 'batch', batchId } })
    const stateOf = ({ library }: RemoteLibrary) => library.engine.remoteBatches.list({ batchId, open: true })[0]?.state
    await expect.poll(() => stateOf(second)).toBe(state)
    await second.library.engine.close()
    await putBack()

    isGone = false
    const third = await openRemoteLibrary({ ...options, looks: 1, folder })
    const { engine } = third.library
    expect(engine.library.info().madeAgain).not.toBeNull()
    await engine.generation.whenIdle(batchId)
    expect(third.double.batches()).toHaveLength(1)
    expect(engine.batches.get({ batchId })).toMatchObject({
      drafts: { done: 6, left: 0, unknown: 0, held: 0 },
      reservedMicros: 0,
      settledMicros: 6 * batchPriceMicros,
    })
    expect(Object.values(third.double.bills())).toEqual(prompts(6).map(() => batchPriceMicros))
    expect(await readdir(join(third.library.folder, 'remote'))).toEqual([])
  },
)

test('a record of something that is over, or that cannot be read, changes nothing', async () => {
  const first = await openRemoteLibrary()
  const { batchId } = await first.run(prompts(2))
  await first.library.engine.close()
  await writeFile(join(first.library.folder, 'remote', 'proofsheet-x.started'), '{"label":"../x"')
  const again = await openRemoteLibrary({ folder: first.folder })
  expect(again.library.engine.batches.get({ batchId }).drafts).toMatchObject({ done: 2, left: 0 })
  expect(again.double.batches()).toHaveLength(1)
})
