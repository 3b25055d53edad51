import { defectCode } from '#shared/api-error.ts'
import { errorCodeOf, errorCodes, exitStatus, messageOf } from '#shared/errors.ts'

/** What a command says. With --json stdout carries exactly one JSON object, and everything for people goes to stderr. */
export interface Output {
  readonly json: boolean
  /** The answer, said once: the object with --json, else the text. */
  answer(object: object, text: string): void
  /** A line for a person beside the answer, on stderr. */
  note(line: string): void
  /** An error as its sentence and its code; gives the exit status. A defect shows its stack with PROOFSHEET_DEBUG=1. */
  failure(error: unknown): number
}

export function openOutput(json: boolean): Output {
  ignoreClosedPipe()
  const note = (line: string): void => void process.stderr.write(`${line}\n`)
  return {
    json,
    note,
    answer(object, text) {
      process.stdout.write(json ? `${JSON.stringify(object)}\n` : `${text}\n`)
    },
    failure(error) {
      const code = errorCodeOf(error)
      const message = code === null ? defectSentence(error) : messageOf(error)
      if (json) process.stdout.write(`${JSON.stringify({ error: { code: code ?? defectCode, message } })}\n`)
      note(`proofsheet: ${message}`)
      if (code === null && process.env.PROOFSHEET_DEBUG === '1' && error instanceof Error) note(error.stack ?? '')
      return code === null ? exitStatus.defect : errorCodes[code].exitStatus
    },
  }
}

const defectSentence = (error: unknown): string =>
  `This is a fault of Proofsheet itself: ${messageOf(error)}. Run it again with PROOFSHEET_DEBUG=1 for where it happened.`

/** `proofsheet batches | head -1`: the reader has enough, which is no error. */
function ignoreClosedPipe(): void {
  for (const stream of [process.stdout, process.stderr]) {
    if (stream.listenerCount('error') > 0) continue
    stream.on('error', (error) => {
      if (!('code' in error && error.code === 'EPIPE')) throw error
    })
  }
}

/** Lines in columns; those named in `right` (by index) are set to the right, as numbers are read. */
export function tableText(rows: readonly (readonly string[])[], right: readonly number[] = []): string {
  const widths = (rows[0] ?? []).map((_, at) => Math.max(...rows.map((row) => (row[at] ?? '').length)))
  const cell = (text: string, at: number): string =>
    right.includes(at) ? text.padStart(widths[at] ?? 0) : text.padEnd(widths[at] ?? 0)
  return rows.map((row) => row.map(cell).join('  ').trimEnd()).join('\n')
}

export const countText = (count: number): string => count.toLocaleString('en-US')

/** `1 draft`, `96 drafts`. */
export const manyText = (count: number, one: string): string => `${countText(count)} ${one}${count === 1 ? '' : 's'}`

/** `0.4 s`, `41 s`, `3 min`, `2 h 5 min`. */
export function durationText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1)} s`
  if (ms < 120_000) return `${Math.round(ms / 1000)} s`
  const minutes = Math.round(ms / 60_000)
  return minutes < 60 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`
}

/** `12.3 MB`, in powers of ten, as file managers show it. */
export function bytesText(bytes: number): string {
  const step = Math.min(4, Math.floor(Math.log10(Math.max(1, bytes)) / 3))
  return `${(bytes / 1000 ** step).toFixed(step === 0 ? 0 : 1)} ${['bytes', 'kB', 'MB', 'GB', 'TB'][step] ?? ''}`
}
