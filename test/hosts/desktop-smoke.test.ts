import { existsSync, readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { _electron } from 'playwright'
import { expect, test } from 'vitest'

const root = fileURLToPath(new URL('../..', import.meta.url))
const main = join(root, 'out', 'main', 'main.js')

/** Electron's binary where it has been fetched; asking the package itself would start a download. */
function electronBinary(): string | null {
  const folder = process.env.ELECTRON_OVERRIDE_DIST_PATH ?? join(root, 'node_modules', 'electron', 'dist')
  const pathFile = join(root, 'node_modules', 'electron', 'path.txt')
  const binary = join(folder, existsSync(pathFile) ? readFileSync(pathFile, 'utf8') : 'electron')
  return existsSync(binary) ? binary : null
}

const binary = electronBinary()
const hasDisplay = process.platform !== 'linux' || Boolean(process.env.DISPLAY ?? process.env.WAYLAND_DISPLAY)
const reason =
  (binary === null && 'Electron’s binary has not been fetched') ||
  (!hasDisplay && 'there is no display') ||
  (!existsSync(main) && 'the desktop has not been built')

const name = 'the real window opens on our own scheme, isolated, and closes cleanly'
test.skipIf(reason)(reason ? `${name} (skipped: ${reason})` : name, async () => {
  const library = await mkdtemp(join(tmpdir(), 'proofsheet-smoke-'))
  const program = await _electron.launch({
    executablePath: binary ?? '',
    args: [...(process.getuid?.() === 0 ? ['--no-sandbox'] : []), main, '--library', join(library, 'library')],
  })
  try {
    const page = await program.firstWindow()
    expect(page.url()).toMatch(/^proofsheet:\/\/app\//)
    const reach = await page.evaluate(() => ({
      node: 'require' in globalThis || 'process' in globalThis,
      bridge: 'proofsheetDesktop' in globalThis,
    }))
    expect(reach).toEqual({ node: false, bridge: true })
    await page.getByRole('heading').first().waitFor()
  } finally {
    await program.close()
    await rm(library, { recursive: true, force: true })
  }
})
