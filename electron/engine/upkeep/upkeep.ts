import { existsSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import type { Batches } from '#engine/batches/batches.ts'
import type { Images } from '#engine/images/images.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Clock, refusePartialPath, type Storage } from '#engine/storage/storage.ts'
import type { LooseEnds } from '#engine/tiles/tiles.ts'
import type { Collection, Stray, Verification } from '#shared/contract/library.ts'
import { AppError } from '#shared/errors.ts'
import { findStrays } from './find-strays.ts'
import { keepBackups } from './keep-backups.ts'

export interface UpkeepNeeds {
  readonly storage: Storage
  readonly clock: Clock
  readonly batches: Batches
  readonly images: Images
  readonly spend: Spend
  readonly looseEnds: () => LooseEnds
  /** How much is out or being saved: files of such work have no rows yet. */
  readonly running: () => number
}

/** So many strays are named one by one. */
const straysListed = 1000

/** What keeps a library sound over the years: backups, the big check, and clearing away what nothing points to. */
export function openUpkeep(needs: UpkeepNeeds) {
  const { storage, images, spend } = needs
  const backups = keepBackups(storage, needs.clock)

  function strays(): AsyncGenerator<Stray> {
    const pictures = new Set(images.hashes())
    const sheets = new Set(needs.batches.sheetHashes())
    return findStrays({
      folder: storage.folder,
      nowMs: needs.clock.now(),
      hasPicture: (sha256) => pictures.has(sha256),
      hasSheet: (sha256) => sheets.has(sha256),
    })
  }

  function refuseWhileRunning(): void {
    if (needs.running() > 0)
      throw new AppError('conflict', 'Pictures are being made. Wait for them or pause, then clear away again.')
  }

  return {
    newestBackupMs: backups.newestMs,

    /** A sound copy of the database while work goes on. The pictures are not in it. Throws AppError `conflict` for a file that is there. */
    async backup({ file }: { file: string }): Promise<{ file: string; bytes: number }> {
      refusePartialPath(file)
      if (existsSync(file))
        throw new AppError('conflict', `${file} is there already. Name another file, or remove it first.`)
      return { file, ...(await storage.backup(file)) }
    },

    /** Reads every picture, every row and every sum again. Changes nothing. */
    async verify(): Promise<Verification> {
      const problems: Verification['problems'] = []
      const tell = (message: string) => problems.push({ message, sha256: null, imageIds: [] })
      for (const message of await storage.problems()) tell(message)
      for await (const problem of images.damaged()) problems.push(problem)
      const ledger = spend.verify()
      if (ledger.broken > 0) tell(`${ledger.broken} ledger entries are broken.`)
      // Beside a host that writes, the ledger goes on under these sums.
      if (!storage.readOnly && ledger.drifted > 0)
        tell(`${ledger.drifted} sums under the caps differed from the ledger; they are right again now.`)
      const { doneWithoutImage, doneWithMoneyHeld } = needs.looseEnds()
      if (doneWithoutImage > 0) tell(`${doneWithoutImage} jobs are done and have no image.`)
      if (doneWithMoneyHeld > 0) tell(`${doneWithMoneyHeld} jobs are done while money is still held for them.`)
      const backupProblem = backups.problem()
      if (backupProblem !== null) tell(`The last backup failed: ${backupProblem}`)
      let strayFiles = 0
      for await (const _stray of strays()) strayFiles++
      return {
        ok: problems.length === 0,
        pictures: images.blobCount(),
        images: images.totals().images,
        ledgerEntries: ledger.count,
        strays: strayFiles,
        problems,
      }
    },

    /** Lists what nothing points to, and removes it only when told. Throws AppError `conflict` while pictures are being made. */
    async gc({ remove }: { remove: boolean }): Promise<Collection> {
      if (remove) {
        if (storage.readOnly)
          throw new AppError('conflict', 'Another host has this library open: clear away there, or close it first.')
        refuseWhileRunning()
      }
      const found: Stray[] = []
      let files = 0
      let bytes = 0
      for await (const stray of strays()) {
        if (remove) {
          refuseWhileRunning()
          await rm(join(storage.folder, stray.path), { force: true })
        }
        files++
        bytes += stray.bytes
        if (found.length < straysListed) found.push(stray)
      }
      return { files, bytes, removed: remove, found }
    },

    stop: backups.stop,
  }
}
