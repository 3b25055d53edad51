import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { build } from 'vite'
import { describe, expect, test } from 'vitest'
import config from '../../electron/electron.vite.config.ts'

const root = fileURLToPath(new URL('../..', import.meta.url))

/** electron-builder's own reader and validator of its configuration; they are in a package that it brings along. */
function builderConfig() {
  const ours = createRequire(import.meta.url)
  const builders = createRequire(ours.resolve('electron-builder'))
  const { getConfig, validateConfiguration } = builders('app-builder-lib/out/util/config/config.js')
  const read = () => getConfig(root, join(root, 'electron-builder.yml'), null)
  const validate = (value: unknown) => validateConfiguration(value, { isEnabled: false, add: () => {} })
  return { read, validate }
}

describe('electron-builder.yml', () => {
  test('is valid by electron-builder’s own schema, which does refuse a wrong key', async () => {
    const { read, validate } = builderConfig()
    await validate(await read())
    await expect(validate({ ...(await read()), asarUnpak: [] })).rejects.toThrow('asarUnpak')
  })

  test('packs the built program alone, unpacks native code, rebuilds nothing, sets every fuse', async () => {
    const settings = await builderConfig().read()
    expect(settings.files).toEqual([{ filter: ['out/**', 'package.json', 'LICENSE'] }])
    expect(settings.asarUnpack).toEqual([
      'node_modules/better-sqlite3/**',
      'node_modules/sharp/**',
      'node_modules/@img/**',
      'node_modules/@napi-rs/**',
    ])
    expect(settings).toMatchObject({ asar: true, npmRebuild: false, publish: null })
    expect(settings.electronFuses).toEqual({
      runAsNode: false,
      enableCookieEncryption: true,
      enableNodeOptionsEnvironmentVariable: false,
      enableNodeCliInspectArguments: false,
      enableEmbeddedAsarIntegrityValidation: true,
      onlyLoadAppFromAsar: true,
      loadBrowserProcessSpecificV8Snapshot: false,
      grantFileProtocolExtraPrivileges: false,
    })
  })

  test('what is packed is what package.json starts and needs: no development package among its dependencies', async () => {
    const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8'))
    expect(manifest.main).toBe('out/main/main.js')
    const packed = Object.keys(manifest.dependencies)
    for (const name of [
      'electron',
      'electron-builder',
      'electron-vite',
      'vite',
      'vitest',
      'playwright',
      'typescript',
      'node',
    ]) {
      expect(packed).not.toContain(name)
    }
  })
})

test('the preload script is one CommonJS file that needs nothing but Electron', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'proofsheet-preload-'))
  try {
    const { externalizeDeps: _, isolatedEntries: __, bytecode: ___, ...options } = config.preload?.build ?? {}
    await build({
      configFile: false,
      root,
      logLevel: 'silent',
      build: {
        ...options,
        outDir: folder,
        rolldownOptions: { ...options.rolldownOptions, external: ['electron'] },
      },
    })
    const script = await readFile(join(folder, 'preload.cjs'), 'utf8')
    const needed = [...script.matchAll(/require\(["'`]([^"'`]+)["'`]\)/g)].map((match) => match[1])
    expect(needed).toEqual(['electron'])
    expect(script).not.toMatch(/^\s*(?:import|export)\s/m)
    expect(script).toContain('proofsheetDesktop')
  } finally {
    await rm(folder, { recursive: true, force: true })
  }
})
