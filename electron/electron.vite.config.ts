import { fileURLToPath } from 'node:url'
import { defineConfig } from 'electron-vite'
import rendererConfig from '../renderer/vite.config.ts'

const at = (path: string) => fileURLToPath(new URL(path, import.meta.url))

/**
 * Builds the desktop: the main process and its preload script here, the window by its own configuration, which the web
 * host's build uses as well. Packages of `dependencies` stay outside of the main bundle (native ones cannot go in); the
 * preload script runs sandboxed, where nothing can be loaded, so it is one CommonJS file.
 */
const config = defineConfig({
  main: {
    build: {
      outDir: at('../out/main'),
      target: 'node24',
      rolldownOptions: {
        input: {
          main: at('./desktop/main.ts'),
          'keyring-process': at('./engine/settings/keyring-process.ts'),
        },
        output: { format: 'es', entryFileNames: '[name].js' },
      },
    },
  },
  preload: {
    build: {
      outDir: at('../out/preload'),
      externalizeDeps: false,
      rolldownOptions: {
        input: { preload: at('./desktop/preload.ts') },
        output: { format: 'cjs', entryFileNames: '[name].cjs' },
      },
    },
  },
  renderer: {
    ...rendererConfig,
    build: {
      ...rendererConfig.build,
      minify: true,
      rolldownOptions: { input: at('../renderer/index.html') },
    },
  },
})

export default config
