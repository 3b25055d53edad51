import { access, constants } from 'node:fs/promises'
import { chromium } from 'playwright'
import { run } from './command.ts'

/** For a Chromium without a desktop, in a container or as root, that asks nobody on the network for anything. */
export const chromiumFlags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const

const usualPlaces = [
  '/usr/bin/chromium',
  '/usr/bin/chromium-browser',
  '/usr/bin/google-chrome-stable',
  '/usr/bin/google-chrome',
  '/opt/google/chrome/chrome',
  '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
  '/Applications/Chromium.app/Contents/MacOS/Chromium',
  'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
  'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
] as const

export type Browser = { readonly path: string } | { readonly missing: string }

/** Null where the browser at `path` starts and closes; else the reason. A browser may be there and lack its libraries. */
async function problemWith(path: string): Promise<string | null> {
  try {
    await access(path, constants.X_OK)
    const browser = await chromium.launch({ executablePath: path, args: [...chromiumFlags], timeout: 60_000 })
    await browser.close()
    return null
  } catch (error) {
    const lines = (error instanceof Error ? error.message : String(error)).split('\n')
    // The browser's own words, such as a library it misses, say more than that it closed.
    return lines.find((line) => line.includes('[err]'))?.replace(/^.*\[err\]\s*/, '') ?? lines[0] ?? ''
  }
}

async function firstThatStarts(paths: readonly string[], notes: string[]): Promise<string | null> {
  for (const path of paths) {
    const problem = await problemWith(path)
    if (problem === null) return path
    if (!problem.includes('ENOENT')) notes.push(`${path}: ${problem}`)
  }
  return null
}

async function installWithApt(notes: string[]): Promise<void> {
  const env = { DEBIAN_FRONTEND: 'noninteractive' }
  for (const args of [['update'], ['install', '-y', '--no-install-recommends', 'chromium']]) {
    const { ok, output } = await run('apt-get', args, { env })
    if (!ok) return void notes.push(`apt-get ${args.join(' ')}: ${output.trim().split('\n').at(-1)}`)
  }
}

/**
 * A Chromium that starts: PROOFSHEET_BROWSER, else Debian's or Google's, else Playwright's own. Where there is none it
 * installs one, by Playwright's download or, as root on Debian, by apt-get, and tells `say` before it does. `missing` is
 * a sentence with what was tried and the way out.
 */
export async function findBrowser(say: (line: string) => void): Promise<Browser> {
  const wanted = process.env.PROOFSHEET_BROWSER
  if (wanted !== undefined && wanted !== '') {
    const problem = await problemWith(wanted)
    return problem === null
      ? { path: wanted }
      : { missing: `PROOFSHEET_BROWSER is ${wanted}, which does not start: ${problem}` }
  }
  const notes: string[] = []
  const places = [...usualPlaces, chromium.executablePath()]
  const there = await firstThatStarts(places, notes)
  if (there !== null) return { path: there }

  say("No browser found; downloading Playwright's Chromium.")
  const download = await run('playwright', ['install', 'chromium'], { limitMs: 5 * 60_000 })
  if (!download.ok) notes.push(`playwright install chromium: ${download.output.trim().split('\n').at(-1)}`)
  const downloaded = await firstThatStarts([chromium.executablePath()], notes)
  if (downloaded !== null) return { path: downloaded }

  if (process.getuid?.() === 0 && (await run('apt-get', ['--version'])).ok) {
    say('Installing the package chromium with apt-get.')
    await installWithApt(notes)
    const installed = await firstThatStarts(usualPlaces, notes)
    if (installed !== null) return { path: installed }
  }
  return {
    missing: `No Chromium starts here (${notes.join('; ')}). Install Chromium or Chrome and set PROOFSHEET_BROWSER to its path.`,
  }
}
