import { mkdir, readFile, rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { AppError } from '#shared/errors.ts'
import type { Destination } from '../destination.ts'
import { pictureCopies } from './copy-picture.ts'
import { codeOf, diskSentence, look, refusalOf, removeLeftovers, syncFolder, writeAtomically } from './disk.ts'
import { openReadThreads } from './read-threads.ts'

const filesAtOnce = 6

/** A folder on this machine or a disk that it has mounted; `target` is absolute. */
export function folderDestination(target: string): Destination {
  const fileOf = (path: string): string => join(target, ...path.split('/'))
  /** Folders with changes that may not last yet. */
  const unsettled = new Set<string>()
  const threads = openReadThreads()
  const copyPicture = pictureCopies(threads)

  /** Runs a step on the disk; its error becomes a sentence. */
  async function step<Result>(path: string, work: () => Promise<Result>): Promise<Result> {
    try {
      return await work()
    } catch (error) {
      if (codeOf(error) === '' || error instanceof AppError) throw error
      if (['ENAMETOOLONG', 'EILSEQ', 'EINVAL'].includes(codeOf(error)))
        throw new AppError(
          'invalid-input',
          `This disk refuses the name ${path}. Choose a shorter or plainer name template.`,
          { cause: error },
        )
      throw new AppError('storage', diskSentence(error, target), { cause: error })
    }
  }

  return {
    target,
    addressOf: fileOf,
    filesAtOnce,
    refusal: () => refusalOf(target),

    readText: (path) =>
      step(path, async () => {
        try {
          return await readFile(fileOf(path), 'utf8')
        } catch (error) {
          // Without a folder, or with a file in its place, there is nothing; writing will say what is wrong.
          if (codeOf(error) === 'ENOENT' || codeOf(error) === 'ENOTDIR') return null
          throw error
        }
      }),

    look: (path) =>
      step(path, async () => {
        const there = await look(fileOf(path))
        if (!there) return null
        return {
          byteLength: there.size,
          identity: String(there.inode),
          sha256: () =>
            step(path, async () => {
              if (there.size === null) return null
              const end = await threads.read({ from: fileOf(path), to: null, isHashed: true })
              if ('sha256' in end) return end.sha256
              // A file that may not be read is not ours, as far as anyone can tell.
              if (end.code === 'EACCES' || end.code === 'EPERM') return null
              throw Object.assign(new Error(end.message), { code: end.code })
            }),
        }
      }),

    prepare: (folders) =>
      step(target, async () => {
        threads.begin()
        await mkdir(target, { recursive: true })
        for (const folder of folders) await mkdir(fileOf(folder), { recursive: true })
        await syncFolder(dirname(target))
        for (const folder of [target, ...folders.map(fileOf)]) await removeLeftovers(folder)
      }),

    writeText: (path, pieces) =>
      step(path, async () => {
        await writeAtomically(fileOf(path), pieces)
        await syncFolder(dirname(fileOf(path)))
      }),

    put: (path, content) =>
      step(path, async () => {
        unsettled.add(dirname(fileOf(path)))
        if (content.kind === 'picture') return copyPicture(content, fileOf(path))
        await writeAtomically(fileOf(path), [content.bytes])
        return null
      }),

    settle: () =>
      step(target, async () => {
        const folders = [...unsettled]
        unsettled.clear()
        for (const folder of folders) await syncFolder(folder)
      }),

    remove: (path) =>
      step(path, async () => {
        await rm(fileOf(path), { force: true })
        unsettled.add(dirname(fileOf(path)))
      }),

    removeEmpty: (folders) =>
      step(target, async () => {
        for (const folder of folders) {
          try {
            await rmdir(fileOf(folder))
            unsettled.delete(fileOf(folder))
          } catch (error) {
            if (!['ENOTEMPTY', 'EEXIST', 'ENOENT'].includes(codeOf(error))) throw error
          }
        }
      }),

    close: threads.close,
  }
}
