import type { Database } from 'better-sqlite3'
import { AppError } from '#shared/errors.ts'
import { first } from './migrations/010-first.ts'
import { references } from './migrations/030-references.ts'
import { sheetReadings } from './migrations/040-sheet-readings.ts'
import { wildcards } from './migrations/045-wildcards.ts'
import { promptSearch } from './migrations/050-prompt-search.ts'
import { earlierWishes } from './migrations/052-earlier-wishes.ts'
import { madeFiles } from './migrations/060-made-files.ts'
import { chains } from './migrations/070-chains.ts'
import { sheetVersions } from './migrations/080-sheet-versions.ts'
import { storing } from './migrations/090-storing.ts'
import { sheetChanges } from './migrations/100-sheet-changes.ts'
import { actionSteps } from './migrations/110-action-steps.ts'
import { deliveredFiles } from './migrations/120-delivered-files.ts'
import { remoteBatches } from './migrations/130-remote-batches.ts'
import { newestFirst } from './migrations/170-newest-first.ts'
import { pictureSums } from './migrations/180-picture-sums.ts'
import { sending } from './migrations/190-sending.ts'

/** A step from one schema version to the next. Versions go up in tens. */
export interface Migration {
  readonly version: number
  readonly sql: string
}

export const migrations: readonly Migration[] = [
  first,
  references,
  sheetReadings,
  wildcards,
  promptSearch,
  earlierWishes,
  madeFiles,
  chains,
  sheetVersions,
  storing,
  sheetChanges,
  actionSteps,
  deliveredFiles,
  remoteBatches,
  newestFirst,
  pictureSums,
  sending,
]

export const newestVersion = migrations.at(-1)?.version ?? 0

export const schemaVersion = (database: Database): number => Number(database.pragma('user_version', { simple: true }))

/**
 * Brings a database to `upTo`: all pending steps in one transaction, so that a kill half way leaves the version before.
 * Throws AppError `conflict` for a library from a newer version, which is left untouched.
 */
export function migrate(database: Database, upTo = newestVersion, steps = migrations): void {
  refuseNewer(database)
  const pending = steps.filter((step) => step.version > schemaVersion(database) && step.version <= upTo)
  if (pending.length === 0) return
  database
    .transaction(() => {
      for (const step of pending) database.exec(step.sql)
      database.pragma(`user_version = ${pending.at(-1)?.version ?? upTo}`)
    })
    .immediate()
}

export function refuseNewer(database: Database): void {
  const version = schemaVersion(database)
  if (version > newestVersion) throw newerError(version)
}

export const newerError = (version: number): AppError =>
  new AppError(
    'conflict',
    `This library was written by a newer Proofsheet (schema ${version}; this one knows ${newestVersion}). Update Proofsheet to open it.`,
  )
