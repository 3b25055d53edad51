import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { app } from 'electron'
import { usualPlaces } from '#api/places.ts'
import { openEngine, systemKeyring } from '#engine/engine.ts'
import { programArguments, startDesktop } from './desktop.ts'
import { desktopArguments } from './desktop-arguments.ts'
import { keyringProcess } from './keyring.ts'

// Built to out/main/main.js, beside out/preload and out/renderer; examples/ is packed beside the program.
const root = fileURLToPath(new URL('../..', import.meta.url))
const places = usualPlaces()

await startDesktop({
  arguments: desktopArguments(programArguments(process.argv), process.cwd()),
  openEngine: (library, emit) =>
    openEngine({
      library: library ?? places.library,
      host: 'the Proofsheet window',
      keyFile: places.keyFile,
      keyring:
        process.env.PROOFSHEET_KEYRING === 'off'
          ? null
          : systemKeyring({ start: () => keyringProcess(join(root, 'out', 'main', 'keyring-process.js')) }),
      env: process.env,
      emit,
      examples: join(app.isPackaged ? process.resourcesPath : root, 'examples'),
    }),
  rendererFolder: join(root, 'out', 'renderer'),
  preload: join(root, 'out', 'preload', 'preload.cjs'),
})
