import { readdir, readFile, stat } from 'node:fs/promises'
import { join, relative, resolve, sep } from 'node:path'
import type { Engine } from '#engine/engine.ts'
import { AppError, messageOf } from '#shared/errors.ts'
import type { Call } from './call.ts'
import { manyText } from './output.ts'

const wildcardEnding = /\.(txt|ya?ml|json|zip)$/i
const mostFiles = 5000

/** Keeps the wildcards of a folder or of one file in the library, for this run and the next. Throws `invalid-input`. */
export async function addWildcards(call: Call, engine: Engine, place: string | undefined): Promise<void> {
  if (place === undefined) return
  const files = await filesIn(resolve(place)).catch((cause: unknown) => {
    if (cause instanceof AppError) throw cause
    throw new AppError('invalid-input', `The wildcards ${place} cannot be read: ${messageOf(cause)}.`, { cause })
  })
  if (files.length === 0)
    throw new AppError('invalid-input', `${place} holds no wildcards: they are .txt, .yaml, .json or .zip files.`)
  const { added } = await engine.wildcards.add({ files })
  for (const { problem } of added) if (problem !== null) call.out.note(problem)
  call.out.note(`${manyText(added.length, 'file')} of wildcards from ${place}`)
}

async function filesIn(place: string): Promise<{ path: string; bytesBase64: string }[]> {
  const isFolder = (await stat(place)).isDirectory()
  const found = isFolder ? await readdir(place, { recursive: true, withFileTypes: true }) : []
  const paths = isFolder
    ? found
        .filter((entry) => entry.isFile() && wildcardEnding.test(entry.name))
        .map((entry) => join(entry.parentPath, entry.name))
    : [place]
  if (paths.length > mostFiles) throw new AppError('invalid-input', `${place} holds more than ${mostFiles} files.`)
  const root = isFolder ? place : resolve(place, '..')
  return Promise.all(
    paths.sort().map(async (path) => ({
      path: relative(root, path).split(sep).join('/'),
      bytesBase64: (await readFile(path)).toString('base64'),
    })),
  )
}
