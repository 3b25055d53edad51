import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs'
import { rm } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { Job, Jobs } from '#engine/jobs/jobs.ts'
import type { Spend } from '#engine/spend/spend.ts'
import { type Storage, writeFilesDurably } from '#engine/storage/storage.ts'
import type { RemoteRow, RemoteTable } from './remote-table.ts'

const record = z.object({
  label: z.string().regex(/^[\w-]+$/),
  provider: z.string(),
  model: z.string(),
  group: z.string(),
  uploadedJson: z.string(),
  startedMs: z.int(),
  /** What is in it, by prompt hash. */
  requests: z.array(z.string()),
})

export interface StartedNeeds {
  readonly storage: Storage
  readonly jobs: Jobs
  readonly spend: Spend
  readonly table: RemoteTable
}

const jobsAtOnce = 1000

/**
 * What was started stands in a file beside the database too, from before it is sent until all of it is known here. So a
 * database that was made again from a backup older than the start learns of it, and does not send the same once more.
 */
export function openStarted({ storage, jobs, spend, table }: StartedNeeds) {
  const folder = join(storage.folder, 'remote')
  const fileOf = (label: string): string => join(folder, `${label}.started`)

  /** Takes the jobs that wait here into a remote batch as it was started; those that have their picture need nothing. */
  function adopt(started: z.infer<typeof record>): void {
    const waiting = started.requests.flatMap((hash) => {
      const same = jobs.withHash(hash)
      return same.some(isOutOrDone) ? [] : same.filter(({ state }) => state === 'queued').slice(0, 1)
    })
    for (const [batchId, list] of Map.groupBy(waiting, (job) => job.batchId)) {
      // The label is one batch's: what another batch asks for as well takes its picture from there.
      if (table.byLabel(started.label)) return
      const id = table.addStarted({ ...started, batchId })
      for (const job of list) {
        if (!jobs.toImported(job.id, id)) continue
        const micros = job.estimateMicros ?? 0
        spend.reserve({ ...job, jobId: job.id, reservedMicros: micros, remoteBatchId: id })
        table.addRequests(id, 1)
      }
    }
  }

  return {
    /** Durable when it resolves. Throws AppError `storage`. */
    async write(row: RemoteRow): Promise<void> {
      const requests: string[] = []
      for (let page = jobs.inRemote(row.id, 0, jobsAtOnce); page.length > 0; ) {
        requests.push(...page.map(({ promptHash }) => promptHash))
        page = jobs.inRemote(row.id, page.at(-1)?.id ?? 0, jobsAtOnce)
      }
      const { label, provider, model, group, uploadedJson, startedMs, createdMs } = row
      const started = { label, provider, model, group, uploadedJson, startedMs: startedMs ?? createdMs, requests }
      await writeFilesDurably([{ path: fileOf(label), bytes: JSON.stringify(started) }])
    },
    forget: (label: string): Promise<void> => rm(fileOf(label), { force: true }),

    /** When the library is opened: what this database does not know of is taken in, the newest first, and looked up from there. */
    takeIn(): void {
      if (!existsSync(folder)) return
      const found = readdirSync(folder)
        .filter((name) => name.endsWith('.started'))
        .flatMap((name) => recordIn(join(folder, name)))
        .sort((one, other) => other.startedMs - one.startedMs)
      for (const started of found) {
        const row = table.byLabel(started.label)
        if (row?.state === 'over') rmSync(fileOf(started.label), { force: true })
        storage.transaction(() => {
          if (!row) adopt(started)
          else table.toStartedBefore(row.id, started.uploadedJson, started.startedMs)
        })
      }
    },
  }
}

const isOutOrDone = ({ state }: Job): boolean =>
  state === 'submitting' || state === 'running' || state === 'saving' || state === 'unknown' || state === 'done'

function recordIn(path: string): z.infer<typeof record>[] {
  try {
    return [record.parse(JSON.parse(readFileSync(path, 'utf8')))]
  } catch {
    return [] // Not ours, or spoilt: then it says nothing.
  }
}
