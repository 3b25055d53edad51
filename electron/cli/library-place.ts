import { resolve } from 'node:path'
import { fileURLToPath } from 'node:url'
import { usualPlaces } from '#api/places.ts'

/** The project's root: `out/` (the built window), `examples/` and `node_modules/` are in it. */
export const programRoot = fileURLToPath(new URL('../..', import.meta.url))

/** The library's folder, absolute: `--library`, else PROOFSHEET_LIBRARY, else the operating system's place. */
export const libraryPlace = (asked: string | undefined): string =>
  resolve(asked || process.env.PROOFSHEET_LIBRARY || usualPlaces().library)

/** Where keys are kept: outside every library. */
export const keyFilePlace = (): string => usualPlaces().keyFile
