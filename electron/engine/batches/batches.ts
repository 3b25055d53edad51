import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { type Clock, type Storage, sha256Of, writeFilesDurably } from '#engine/storage/storage.ts'
import { type SheetReading, sheetReading } from '#shared/contract/sheets.ts'
import type { DraftSettings, RunSending } from '#shared/contract/wishes.ts'
import { AppError } from '#shared/errors.ts'
import { type Batch, type BatchRow, batchOf } from './batch.ts'
import { openColumnMappings } from './column-mappings.ts'
import { openPromptWords } from './prompt-words.ts'
import { openSheetVersions } from './sheet-versions.ts'

export type { Batch } from './batch.ts'
export type { ChangeStep } from './sheet-versions.ts'

export interface StoredSheet {
  readonly id: number
  /** What a person sees; where it is read in another way than usual, that stands in brackets behind the file's name. */
  readonly name: string
  readonly sha256: string
  readonly bytes: Uint8Array
  readonly fileName: string
  readonly reading: SheetReading
}

export interface NewPrompt {
  readonly row: number
  readonly line: number
  readonly clientId: string | null
  readonly text: string
  readonly negative: string | null
  readonly wantedWidth: number | null
  readonly wantedHeight: number | null
  readonly columns: Readonly<Record<string, string>>
}

export interface StoredPrompt {
  readonly id: number
  readonly batchId: number
  readonly row: number
  readonly clientId: string | null
  readonly text: string
  readonly wantedWidth: number | null
  readonly wantedHeight: number | null
}

const columnsSchema = z.record(z.string(), z.string())

export type Batches = ReturnType<typeof openBatches>

/** Sheets as they were loaded, batches, and their prompts. */
export function openBatches(storage: Storage, clock: Clock) {
  /** Sheets looked at in a library that is only read: kept for this process, numbered apart from stored ones. */
  const unstored = new Map<number, StoredSheet>()
  const sheetNames = new Map<number, Pick<StoredSheet, 'name' | 'sha256'>>()
  const insertSheet = storage.prepare<[string, string, number, number], { id: number }>(
    `INSERT INTO sheet (name, sha256, byte_length, added_ms) VALUES (?, ?, ?, ?)
     ON CONFLICT (sha256, name) DO UPDATE SET name = excluded.name RETURNING id`,
  )
  const oneSheet = storage.prepare<
    [number],
    { id: number; name: string; sha256: string; fileName: string | null; readingJson: string | null }
  >(
    `SELECT id, name, sha256, file_name AS fileName, reading_json AS readingJson
     FROM sheet LEFT JOIN sheet_reading ON sheet_id = id WHERE id = ?`,
  )
  const setReading = storage.prepare<[number, string, string]>(
    `INSERT INTO sheet_reading VALUES (?, ?, ?)
     ON CONFLICT (sheet_id) DO UPDATE SET file_name = excluded.file_name, reading_json = excluded.reading_json`,
  )
  const sheetHashes = storage.prepare<[], string>('SELECT sha256 FROM sheet').pluck()
  const insertBatch = storage.prepare<(string | number | null)[]>(
    'INSERT INTO batch (name, sheet_id, identity, settings_json, rows, all_final_micros, created_ms) VALUES (?, ?, ?, ?, ?, ?, ?)',
  )
  const withChange = `SELECT *, id IN (SELECT batch_id FROM sheet_change WHERE ready = 1) AS changing FROM batch`
  const oneBatch = storage.prepare<[number], BatchRow>(`${withChange} WHERE id = ? AND planned = 1`)
  const allBatches = storage.prepare<[], BatchRow>(`${withChange} WHERE planned = 1 ORDER BY id DESC`)
  const byName = storage.prepare<[string], { id: number }>('SELECT id FROM batch WHERE name = ? COLLATE NOCASE')
  const byIdentity = storage.prepare<[string], { id: number }>(
    'SELECT id FROM batch WHERE identity = ? AND planned = 1 ORDER BY id DESC',
  )
  const insertPrompt = storage.prepare<(string | number | null)[]>(
    `INSERT INTO prompt (batch_id, row, line, client_id, text, negative, wanted_width, wanted_height, columns_json)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)`,
  )
  const onePrompt = storage.prepare<[number], StoredPrompt>(
    `SELECT id, batch_id AS batchId, row, client_id AS clientId, text, wanted_width AS wantedWidth, wanted_height AS wantedHeight
     FROM prompt WHERE id = ?`,
  )
  const wholePrompt = storage.prepare<[number], Omit<NewPrompt, 'columns'> & { columnsJson: string }>(
    `SELECT row, line, client_id AS clientId, text, negative, wanted_width AS wantedWidth, wanted_height AS wantedHeight,
       columns_json AS columnsJson FROM prompt WHERE id = ?`,
  )
  const samePrompt = storage.prepare<[number, number, string], { id: number }>(
    'SELECT id FROM prompt WHERE batch_id = ? AND row = ? AND text = ? LIMIT 1',
  )
  const promptCount = storage.prepare<[number], { count: number }>(
    `WITH of (id) AS (SELECT ?)
     SELECT (SELECT count(*) FROM prompt WHERE batch_id = of.id)
       - (SELECT count(*) FROM prompt WHERE batch_id = of.id AND edited_from IS NOT NULL) AS count FROM of`,
  )
  const setPlanned = storage.prepare<[number]>('UPDATE batch SET planned = 1 WHERE id = ?')
  const setPaused = storage.prepare<[number, number, number]>(
    'UPDATE batch SET paused = ? WHERE id = ? AND paused <> ?',
  )
  const setCap = storage.prepare<[number | null, number]>('UPDATE batch SET cap_micros = ? WHERE id = ?')
  const setSending = storage.prepare<[string, number]>('UPDATE batch SET sending_json = ? WHERE id = ?')
  const setName = storage.prepare<[string, number]>('UPDATE batch SET name = ? WHERE id = ?')
  const editPrompt = storage.prepare<[string, number]>(
    `INSERT INTO prompt (batch_id, row, line, client_id, text, negative, wanted_width, wanted_height, columns_json, edited_from)
     SELECT batch_id, row, line, client_id, ?, negative, wanted_width, wanted_height, columns_json, coalesce(edited_from, id)
     FROM prompt WHERE id = ?`,
  )
  const unplanned = storage.prepare<[], { id: number }>(
    'SELECT id FROM batch WHERE planned = 0 AND id NOT IN (SELECT staging_id FROM sheet_change WHERE ready = 1)',
  )
  const movePrompt = storage.prepare<[number, number, number]>('UPDATE prompt SET row = ?, line = ? WHERE id = ?')
  const setColumns = storage.prepare<[string | null, string, number]>(
    'UPDATE prompt SET client_id = ?, columns_json = ? WHERE id = ?',
  )
  const dropPrompts = storage.prepare<[number]>('DELETE FROM prompt WHERE batch_id = ?')
  const dropBatch = storage.prepare<[number]>('DELETE FROM batch WHERE id = ?')

  const words = openPromptWords(storage)
  const versions = openSheetVersions(storage, clock)
  const columnsOf = (json: string) => columnsSchema.parse(JSON.parse(json))

  const sheetFile = (sha256: string) => join(storage.folder, 'sheets', sha256)

  function freeName(wanted: string): string {
    if (!byName.get(wanted)) return wanted
    for (let number = 2; ; number++) if (!byName.get(`${wanted}-${number}`)) return `${wanted}-${number}`
  }

  /** Neither ever changes, and every picture that comes asks for both. */
  function namedSheet(sheetId: number): Pick<StoredSheet, 'name' | 'sha256'> | null {
    const kept = sheetNames.get(sheetId)
    if (kept) return kept
    const row = oneSheet.get(sheetId)
    if (!row) return null
    const named = { name: row.name, sha256: row.sha256 }
    sheetNames.set(sheetId, named)
    return named
  }

  function get(batchId: number): Batch {
    const row = oneBatch.get(batchId)
    if (!row) throw new AppError('not-found', `There is no batch ${batchId}. List them with: proofsheet batches`)
    return batchOf(row)
  }

  function promptOf(promptId: number): NewPrompt {
    const row = wholePrompt.get(promptId)
    if (!row) throw new AppError('not-found', `There is no prompt ${promptId} in this library.`)
    const { columnsJson, ...prompt } = row
    return { ...prompt, columns: columnsOf(columnsJson) }
  }

  return {
    ...openColumnMappings(storage, clock),
    ...versions,

    /**
     * Keeps a sheet's bytes beside the database, by content; the same bytes under the same name and read the same way
     * are the same sheet.
     */
    async storeSheet(fileName: string, bytes: Uint8Array, reading: SheetReading = {}): Promise<StoredSheet> {
      const sha256 = await sha256Of(bytes)
      const name = shownName(fileName, reading)
      if (storage.readOnly) {
        const sheet = { id: 1_000_000_000 + unstored.size, name, sha256, bytes, fileName, reading }
        unstored.set(sheet.id, sheet)
        return sheet
      }
      await writeFilesDurably([{ path: sheetFile(sha256), bytes }])
      const id = storage.transaction(() => {
        const row = insertSheet.get(name, sha256, bytes.length, clock.now())
        if (row && name !== fileName) setReading.run(row.id, fileName, JSON.stringify(reading))
        return row?.id
      })
      if (id === undefined) throw new AppError('storage', `The sheet "${name}" could not be stored.`)
      return { id, name, sha256, bytes, fileName, reading }
    },

    /** A sheet whose bytes are still beside the database; null where they are gone. */
    async storedBytes(sha256: string): Promise<Uint8Array | null> {
      const bytes = await readFile(sheetFile(sha256)).catch(() => null)
      return bytes && (await sha256Of(bytes)) === sha256 ? new Uint8Array(bytes) : null
    },

    sheet(sheetId: number): StoredSheet {
      const kept = unstored.get(sheetId)
      if (kept) return kept
      const row = oneSheet.get(sheetId)
      if (!row) throw new AppError('not-found', `There is no sheet ${sheetId} in this library. Load it again.`)
      const { id, name, sha256, fileName, readingJson } = row
      const bytes = new Uint8Array(readFileSync(sheetFile(sha256)))
      const reading = readingJson === null ? {} : sheetReading.parse(JSON.parse(readingJson))
      return { id, name, sha256, bytes, fileName: fileName ?? name, reading }
    },

    /** Of every sheet that was ever loaded. */
    sheetHashes: (): string[] => sheetHashes.all(),
    sheetHash: (sheetId: number): string | null => namedSheet(sheetId)?.sha256 ?? null,
    sheetName: (sheetId: number): string | null => namedSheet(sheetId)?.name ?? null,

    /** A batch that nobody sees and nothing runs until `finishPlanning`. Inside the caller's transaction. */
    begin(batch: {
      name: string
      sheetId: number
      identity: string
      settings: DraftSettings
      rows: number
      allFinalMicros: number | null
      /** Where it is not new. */
      createdMs?: number
    }): {
      id: number
      name: string
    } {
      const name = freeName(batch.name)
      const inserted = insertBatch.run(
        name,
        batch.sheetId,
        batch.identity,
        JSON.stringify(batch.settings),
        batch.rows,
        batch.allFinalMicros,
        batch.createdMs ?? clock.now(),
      )
      return { id: Number(inserted.lastInsertRowid), name }
    },

    /** Gives its id. `later`: one of many, which a search reads for until `indexSome` came to it. */
    addPrompt(batchId: number, prompt: NewPrompt, indexed: 'now' | 'later' = 'now'): number {
      const inserted = insertPrompt.run(
        batchId,
        prompt.row,
        prompt.line,
        prompt.clientId,
        prompt.text,
        prompt.negative,
        prompt.wantedWidth,
        prompt.wantedHeight,
        JSON.stringify(prompt.columns),
      )
      const promptId = Number(inserted.lastInsertRowid)
      if (indexed === 'now') words.add(promptId, prompt)
      else words.addLater(promptId)
      return promptId
    },

    finishPlanning: (batchId: number): void => void setPlanned.run(batchId),

    /** A prompt as it came from its sheet. Throws AppError `not-found`. */
    wholePrompt: promptOf,
    samePrompt: (batchId: number, row: number, text: string): number | null =>
      samePrompt.get(batchId, row, text)?.id ?? null,
    named(name: string): Batch | null {
      const found = byName.get(name)
      const row = found && oneBatch.get(found.id)
      return row ? batchOf(row) : null
    },

    /** Batches whose planning a kill cut short: nothing of theirs was ever sent. */
    unplanned: (): number[] => unplanned.all().map((row) => row.id),
    drop(batchId: number): void {
      versions.dropChange(batchId)
      words.dropBatch(batchId)
      dropPrompts.run(batchId)
      dropBatch.run(batchId)
    },

    get,
    list: (): Batch[] => allBatches.all().map(batchOf),
    withIdentity: (identity: string): number[] => byIdentity.all(identity).map((row) => row.id),
    prompt(promptId: number): StoredPrompt {
      const row = onePrompt.get(promptId)
      if (!row) throw new AppError('not-found', `There is no prompt ${promptId} in this library.`)
      return row
    },
    promptCount: (batchId: number): number => promptCount.get(batchId)?.count ?? 0,

    /** By name, number, or `last` for the newest. Throws AppError `not-found`. */
    find(wanted: string): Batch {
      const newest = allBatches.get()
      if (wanted === 'last') {
        if (!newest)
          throw new AppError('not-found', 'This library has no batch yet. Make one with: proofsheet run SHEET')
        return batchOf(newest)
      }
      const named = byName.get(wanted)
      const row = named ? oneBatch.get(named.id) : /^\d+$/.test(wanted) ? oneBatch.get(Number(wanted)) : undefined
      if (!row) throw new AppError('not-found', `There is no batch "${wanted}". List them with: proofsheet batches`)
      return batchOf(row)
    },

    rename(batchId: number, name: string): Batch {
      const taken = byName.get(name)
      if (taken && taken.id !== batchId)
        throw new AppError('conflict', `There is a batch "${name}" already. Choose another name.`)
      get(batchId)
      setName.run(name, batchId)
      return get(batchId)
    },

    setSending: (batchId: number, how: RunSending): void => void setSending.run(JSON.stringify(how), batchId),
    /** True where that changed something. */
    setPaused: (batchId: number, paused: boolean): boolean =>
      setPaused.run(Number(paused), batchId, Number(paused)).changes > 0,
    setCap: (batchId: number, capMicros: number | null): void => void setCap.run(capMicros, batchId),
    /**
     * The prompt of the same row with these words: a new one where there is none. The one that was edited stays as it is,
     * for the tiles that were made from it. Inside the caller's transaction. Gives its id.
     */
    editedPrompt(promptId: number, text: string): number {
      const { batchId, row } = this.prompt(promptId)
      const same = samePrompt.get(batchId, row, text)
      if (same) return same.id
      const editedId = Number(editPrompt.run(text, promptId).lastInsertRowid)
      words.add(editedId, promptOf(editedId))
      return editedId
    },
    /** A prompt whose row stands elsewhere in a newer sheet, or has other cells beside its prompt; `columns` null: the same id and cells. */
    movePrompt(
      promptId: number,
      to: { row: number; line: number; clientId: string | null; columns: Readonly<Record<string, string>> | null },
    ): void {
      movePrompt.run(to.row, to.line, promptId)
      if (to.columns === null) return
      setColumns.run(to.clientId, JSON.stringify(to.columns), promptId)
      words.replace(promptId, promptOf(promptId))
    },
    /** Makes up to `count` more prompts searchable by index; true when none is left. */
    // What a power cut takes of the index, it takes of the note of what is in it, too.
    indexSome: (count: number): boolean => storage.draft(() => words.indexSome(count, columnsOf)),
  }
}

const delimiterNames = { ',': 'commas', ';': 'semicolons', '\t': 'tabs', '|': 'bars' } as const

/** `catalogue.xlsx [Shoes]`: the same file read in two ways is two sheets, and their batches tell them apart. */
function shownName(fileName: string, { part, delimiter, encoding }: SheetReading): string {
  const ways = [part, delimiter && delimiterNames[delimiter], encoding].filter((way) => way !== undefined)
  return ways.length === 0 ? fileName : `${fileName} [${ways.join(', ')}]`
}
