/**
 * Makes the pictures of README and docs/screens.md again: `node test/screens/make-screens.ts [FOLDER]`, every screen in both
 * themes, into `docs/screens` unless told otherwise; with `--all` in three widths and as PNG, to look at. It drives the built window
 * (`npm run build`) in Chromium (PROOFSHEET_BROWSER, else Playwright's own) over a library of its own, with sketches.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join, resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { chromium, type Page } from 'playwright'
import sharp from 'sharp'
import { chromiumFlags } from '../run/browser.ts'

interface Screen {
  readonly name: string
  readonly show: (page: Page) => Promise<void>
}

const shoes = ['terracotta', 'ivory', 'navy', 'sage', 'black', 'mustard'] as const
const places = ['wet sand', 'slate', 'a linen cloth'] as const

/** 18 rows of four drafts; the last row asks for a size that cannot be drawn, and fails. */
const sheet = [
  'sku,colour,place,width,height,count,prompt',
  ...shoes.flatMap((colour, shoe) =>
    places.map((place, at) => {
      const number = shoe * places.length + at + 1
      const side = number === 3 ? 5000 : 512
      return `SN-${String(number).padStart(3, '0')},${colour},${place},${side},512,4,"Sneaker, ${colour}, on ${place}, soft window light, product photo"`
    }),
  ),
].join('\n')

const press =
  (...keys: readonly string[]) =>
  async (page: Page): Promise<void> => {
    for (const key of keys) {
      await page.keyboard.press(key)
      await page.waitForTimeout(120)
    }
  }

const goTo =
  (hash: string) =>
  async (page: Page): Promise<void> => {
    await press('Escape')(page)
    await page.evaluate((wanted) => {
      location.hash = wanted
    }, hash)
    await page.locator('[data-region=page]').waitFor()
  }

const screens: readonly Screen[] = [
  { name: 'grid', show: press() },
  { name: 'grid-small', show: press('[', '[', '[', '[') },
  { name: 'grid-large', show: press(']', ']', ']', ']', ']', ']', ']', ']') },
  { name: 'grid-prompts', show: press('[', '[', '[', '[', 'i') },
  { name: 'stacks', show: press('i', 'i', 'i', 'Shift+S') },
  { name: 'loupe', show: press('Shift+S', 'e') },
  { name: 'compare', show: press('Escape', 'c') },
  { name: 'survey', show: press('Escape', 'b') },
  { name: 'shoot-out', show: press('Escape', 'm') },
  { name: 'history', show: press('Escape', 'Shift+H') },
  { name: 'failed', show: press('Shift+H', 'Home', 'ArrowDown', 'ArrowDown') },
  { name: 'tray', show: press('Home', 'Control+Enter') },
  { name: 'palette', show: press('Escape', 'Control+k') },
  { name: 'keys', show: press('Escape', '?') },
  { name: 'deliver', show: press('Escape', 'Control+e') },
  { name: 'queue', show: goTo('#/queue') },
  { name: 'library', show: goTo('#/') },
  { name: 'load', show: goTo('#/load/1') },
  { name: 'settings', show: goTo('#/settings') },
]

async function startHost(library: string): Promise<{ url: string; stop: () => Promise<void> }> {
  const command = fileURLToPath(new URL('../../electron/cli/proofsheet.js', import.meta.url))
  const child = spawn(process.execPath, [command, 'serve', '--port', '0', '--library', library], {
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const exit = once(child, 'exit')
  let said = ''
  const url = await new Promise<string>((found, reject) => {
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said += text
      const address = /(http:\/\/127\.0\.0\.1:\d+\/\?token=\S+)\s/.exec(said)?.[1]
      if (address) found(address)
    })
    child.once('exit', () => reject(new Error(`serve ended before it named its address:\n${said}`)))
  })
  return {
    url,
    async stop() {
      child.kill('SIGINT')
      await exit
    },
  }
}

/** Loads the sheet, runs it and decides some, so that every screen has something to show. */
async function prepare(page: Page, url: string): Promise<void> {
  await page.goto(url)
  await page
    .getByLabel('Sheet file')
    .setInputFiles({ name: 'sneakers.csv', mimeType: 'text/csv', buffer: Buffer.from(sheet) })
  await page.getByRole('button', { name: /^Run all/ }).click()
  await page.getByRole('grid').waitFor()
  await page.getByRole('button', { name: /^Undecided 68$/ }).waitFor({ timeout: 90_000 })
  await page.getByRole('grid').focus()
  const decide = ['Home', 'p', 'ArrowRight', 'x', 'ArrowRight', 'h', 'ArrowRight', 'x', 'ArrowRight', 'k', 'p', '4']
  await press(...decide, 'ArrowRight', '8', 'ArrowRight', 'r', 'Shift+K', 'Home')(page)
}

async function save(page: Page, file: string): Promise<void> {
  await page.waitForTimeout(700)
  const png = await page.screenshot({ animations: 'disabled' })
  await sharp(png)
    .toFormat(file.endsWith('.webp') ? 'webp' : 'png', { quality: 86 })
    .toFile(file)
}

async function main(args: readonly string[]): Promise<void> {
  const all = args.includes('--all')
  const folder = resolve(args.find((arg) => !arg.startsWith('--')) ?? 'docs/screens')
  await mkdir(folder, { recursive: true })
  const library = await mkdtemp(join(tmpdir(), 'proofsheet-screens-'))
  const host = await startHost(library)
  const { PROOFSHEET_BROWSER: executablePath } = process.env
  const browser = await chromium.launch({ args: [...chromiumFlags], ...(executablePath && { executablePath }) })
  try {
    const page = await browser.newPage({ viewport: { width: 1440, height: 900 } })
    await prepare(page, host.url)
    const address = page.url()
    for (const theme of ['dark', 'light'] as const)
      for (const width of all ? [1280, 1440, 1920] : [1440]) {
        await page.emulateMedia({ colorScheme: theme })
        await page.setViewportSize({ width, height: Math.round(width * 0.625) })
        await page.goto(address)
        await page.reload()
        await page.getByRole('gridcell').first().waitFor()
        // Every round begins as a new library does: the rounds before it left other sizes.
        await page.getByRole('slider', { name: 'Tile size' }).fill('160')
        await page.getByRole('grid').focus()
        await press('Home')(page)
        for (const { name, show } of screens) {
          await show(page)
          await save(page, join(folder, all ? `${name}-${theme}-${width}.png` : `${name}-${theme}.webp`))
        }
      }
  } finally {
    await browser.close()
    await host.stop()
    await rm(library, { recursive: true, force: true })
  }
}

if (import.meta.main) await main(process.argv.slice(2))
