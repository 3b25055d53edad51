import { resolve } from 'node:path'
import { openSheet } from '#api/open-sheet.ts'
import { AppError } from '#shared/errors.ts'
import { type Call, type CommandLine, wholeNumber } from './call.ts'
import { findDesktop, runDesktop } from './desktop-window.ts'
import { progressText, showProgress } from './progress.ts'
import { checkSheetFile } from './sheet-file.ts'
import { hasDisplay, openBrowser, serveWindow, type WebWindow } from './web-window.ts'

interface OpenOptions {
  readonly run?: boolean
  readonly desktop?: boolean
  readonly port?: number
}

export function addOpen(line: CommandLine): void {
  line
    .add('open [sheet]', 'Open the window: on a sheet’s load page, or on the library')
    .option('--run', 'start making the sheet’s drafts at once')
    .option('--desktop', 'in the desktop window or not at all')
    .option('--port <n>', 'the port, where it opens in the browser; 0 takes a free one', wholeNumber(0, 65_535))
    .action(line.withName(open))
}

async function open(call: Call, path: string | undefined, options: OpenOptions): Promise<number> {
  const sheet = path === undefined ? undefined : resolve(path)
  // A wrong name is said here, before any window comes up.
  if (sheet !== undefined) await checkSheetFile(sheet)
  const run = options.run ?? false
  const desktop = await findDesktop(call)
  if ('binary' in desktop) {
    const status = await runDesktop(call, desktop.binary, { sheet, run })
    if (status !== null) return status
  }
  const why = 'binary' in desktop ? 'The desktop window did not start' : desktop.missing
  if (options.desktop) throw new AppError('unsupported', `${why}. "npm run web" serves the same window to a browser.`)
  call.out.note(
    `${why}, so ${hasDisplay() ? 'Proofsheet opens in the browser' : 'the window is served at an address'}.`,
  )
  return serveWindow(call, { host: 'proofsheet open', port: options.port, anyPort: true }, (window) =>
    show(call, window, sheet, run),
  )
}

/** Opens the browser where there is a display; the address is printed either way. */
async function show(call: Call, window: WebWindow, sheet: string | undefined, run: boolean): Promise<void> {
  const place = sheet === undefined ? '' : await openSheet(window.engine, sheet, run)
  const url = window.host.urlWithToken + place
  call.out.answer({ url, bearerToken: window.host.bearerToken }, `Proofsheet is at ${url}`)
  if (hasDisplay()) openBrowser(url)
  const batchId = Number(/^#\/batch\/(\d+)$/.exec(place)?.[1])
  if (batchId > 0) await followDrafts(call, window, batchId)
}

/** Until the drafts are made: progress on stderr, then where they are looked at. */
async function followDrafts(call: Call, { engine, host, stop }: WebWindow, batchId: number): Promise<void> {
  const read = () => engine.batches.get({ batchId })
  const progress = showProgress(read, 'drafts')
  try {
    await Promise.race([engine.generation.whenIdle(batchId), stop.asked])
  } finally {
    progress.end()
  }
  if (stop.isAsked()) return
  const line = `${progressText(read(), 'drafts')}, review at ${host.newToken()}#/batch/${batchId}`
  if (call.out.json) call.out.note(line)
  else process.stdout.write(`${line}\n`)
}
