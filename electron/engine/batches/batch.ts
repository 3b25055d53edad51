import { type DraftSettings, draftSettings, type RunSending, runSending } from '#shared/contract/wishes.ts'

export interface Batch {
  readonly id: number
  readonly name: string
  readonly sheetId: number
  readonly identity: string
  readonly settings: DraftSettings
  readonly rows: number
  /** By a person. */
  readonly paused: boolean
  /** Being brought to another sheet: nothing of it starts until that is done. */
  readonly changing: boolean
  readonly capMicros: number | null
  /** What making every tile at final quality would have cost when it was planned. */
  readonly allFinalMicros: number | null
  /** How its drafts were last sent. */
  readonly sending: RunSending
  readonly createdMs: number
}

/** A row of the table `batch`, and whether a change of its sheet is under way. */
export interface BatchRow {
  readonly id: number
  readonly name: string
  readonly sheet_id: number
  readonly identity: string
  readonly settings_json: string
  readonly rows: number
  readonly paused: number
  readonly changing: number
  readonly cap_micros: number | null
  readonly all_final_micros: number | null
  readonly sending_json: string | null
  readonly created_ms: number
}

let lastParsed: { readonly json: string; readonly settings: DraftSettings } | null = null

/** Settings of a batch never change, and every picture that comes asks for those of its own. */
function settingsIn(json: string): DraftSettings {
  if (lastParsed?.json !== json) lastParsed = { json, settings: draftSettings.parse(JSON.parse(json)) }
  return lastParsed.settings
}

export const batchOf = (row: BatchRow): Batch => ({
  id: row.id,
  name: row.name,
  sheetId: row.sheet_id,
  identity: row.identity,
  settings: settingsIn(row.settings_json),
  rows: row.rows,
  paused: row.paused === 1,
  changing: row.changing === 1,
  capMicros: row.cap_micros,
  allFinalMicros: row.all_final_micros,
  sending: runSending.parse(JSON.parse(row.sending_json ?? '{}')),
  createdMs: row.created_ms,
})
