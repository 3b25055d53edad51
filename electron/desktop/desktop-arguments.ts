import { resolve } from 'node:path'
import { parseArgs } from 'node:util'

export interface DesktopArguments {
  /** An absolute path of a sheet to open, null for the library's own page. */
  readonly sheet: string | null
  /** Start making the sheet's drafts at once. */
  readonly run: boolean
  /** An absolute path, null for the default library. */
  readonly library: string | null
}

/**
 * Reads `[SHEET] [--run] [--library DIR]`, the same as `proofsheet open`. `args` are those after the program (and, when
 * not packaged, after the app's own path). Switches of Chromium and Electron are left to them.
 */
export function desktopArguments(args: readonly string[], workingFolder: string): DesktopArguments {
  const { values, positionals } = parseArgs({
    args: [...args],
    options: { run: { type: 'boolean' }, library: { type: 'string' } },
    allowPositionals: true,
    strict: false,
  })
  const [sheet] = positionals
  return {
    sheet: sheet === undefined ? null : resolve(workingFolder, sheet),
    run: values.run === true,
    library: typeof values.library === 'string' ? resolve(workingFolder, values.library) : null,
  }
}
