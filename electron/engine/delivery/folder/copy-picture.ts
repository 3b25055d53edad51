import { createHash } from 'node:crypto'
import { type FileHandle, open } from 'node:fs/promises'
import type { Content } from '../destination.ts'
import { codeOf, piecesOf, writeAtomically } from './disk.ts'

/**
 * Copies a picture of the library and hashes it on the way; only what has the right hash gets the name. Answers why it
 * did not, as a sentence; null where it did. Throws the file system's error where the destination cannot be written.
 */
export async function copyPicture(
  { file: source, sha256, byteLength }: Extract<Content, { kind: 'picture' }>,
  path: string,
): Promise<string | null> {
  const name = `The library’s picture ${sha256.slice(0, 12)}`
  let picture: FileHandle
  try {
    picture = await open(source, 'r')
  } catch (error) {
    return `${name} ${codeOf(error) === 'ENOENT' ? 'is missing' : `cannot be read (${codeOf(error)})`}. Run verify.`
  }
  const hash = createHash('sha256')
  let readError: unknown = null
  async function* hashed(): AsyncGenerator<Uint8Array> {
    try {
      for await (const piece of piecesOf(picture, byteLength)) {
        hash.update(piece)
        yield piece
      }
    } catch (error) {
      readError = error
      throw error
    }
  }
  try {
    const isWhole = await writeAtomically(path, hashed(), () => hash.digest('hex') === sha256)
    return isWhole ? null : `${name} is damaged: its bytes have changed. Run verify.`
  } catch (error) {
    if (readError !== null) return `${name} cannot be read (${codeOf(readError)}). Run verify.`
    throw error
  } finally {
    await picture.close()
  }
}
