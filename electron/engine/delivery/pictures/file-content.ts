import { hash } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { sha256Of } from '#engine/storage/storage.ts'
import { messageOf } from '#shared/errors.ts'
import type { Content } from '../destination.ts'
import type { PlannedFile } from '../plan/plan-files.ts'
import type { FileToWrite, MadeContent } from '../write-files.ts'
import type { KnownBytes, MadeFiles } from './made-files.ts'
import { makePicture } from './make-picture.ts'
import { provenanceOf } from './provenance.ts'
import { sidecarXmp } from './xmp.ts'

export interface PictureNeeds {
  /** The library's own file of a picture. */
  readonly pictureFile: (sha256: string, format: string) => string
  readonly learnCrc32: (sha256: string, crc32: number) => void
  readonly made: MadeFiles
  readonly mayLink: boolean
}

/** The bytes of a planned file where they are known without making them. */
export const knownBytes = ({ image, makeKey }: PlannedFile, made: Pick<MadeFiles, 'get'>): KnownBytes | null =>
  makeKey === null ? image : made.get(makeKey)

/** A picture's file as it is written: the library's own bytes, or what is made of them. */
export const pictureToWrite = (file: PlannedFile, needs: PictureNeeds): FileToWrite => ({
  path: file.path,
  known: knownBytes(file, needs.made),
  content: () => (file.makeKey === null ? Promise.resolve(asItCame(file, needs)) : make(file, file.makeKey, needs)),
})

function asItCame({ image }: PlannedFile, { pictureFile, learnCrc32, mayLink }: PictureNeeds): MadeContent {
  const content: Content = {
    kind: 'picture',
    file: pictureFile(image.sha256, image.format),
    sha256: image.sha256,
    byteLength: image.byteLength,
    crc32: image.crc32,
    learnCrc32: (crc32) => learnCrc32(image.sha256, crc32),
    contentType: `image/${image.format}`,
    mayLink,
  }
  return { kind: 'content', content, known: image }
}

/** Made only of bytes that are what their name says: a damaged picture is never delivered in new clothes. */
async function make(
  { image, output, format }: PlannedFile,
  makeKey: string,
  { pictureFile, made }: PictureNeeds,
): Promise<MadeContent> {
  if (output === null) throw new Error('A picture that nothing is asked of is delivered as it came.')
  let source: Buffer
  try {
    source = await readFile(pictureFile(image.sha256, image.format))
  } catch (error) {
    return { kind: 'lost', reason: fileProblem(image.sha256, error) }
  }
  if ((await sha256Of(source)) !== image.sha256) return { kind: 'lost', reason: fileProblem(image.sha256, null) }
  try {
    const { bytes, width, height } = await makePicture(source, format, output, provenanceOf(image))
    const known = { sha256: await sha256Of(bytes), byteLength: bytes.length, width, height }
    made.add(makeKey, known)
    return {
      kind: 'content',
      content: { kind: 'bytes', bytes, sha256: known.sha256, contentType: `image/${format}` },
      known,
    }
  } catch (error) {
    return {
      kind: 'lost',
      reason: `The library’s picture ${image.sha256.slice(0, 12)} could not be made into "${output.name}" (${messageOf(error)}).`,
    }
  }
}

/** Why a picture of the library cannot be delivered: its file cannot be had, or (`null`) has other bytes than its name says. */
export function fileProblem(sha256: string, error: unknown): string {
  const name = `The library’s picture ${sha256.slice(0, 12)}`
  if (error === null) return `${name} is damaged: its bytes have changed. Run verify.`
  const code = error instanceof Error && 'code' in error ? `${error.code}` : messageOf(error)
  return `${name} ${code === 'ENOENT' ? 'is missing' : `cannot be read (${code})`}. Run verify.`
}

/** The XMP file beside a picture. */
export function sidecarToWrite({ image }: PlannedFile, path: string): FileToWrite {
  return textToWrite(path, sidecarXmp(provenanceOf(image)), 'application/rdf+xml')
}

function textToWrite(path: string, text: string, contentType: string): FileToWrite {
  const bytes = Buffer.from(text, 'utf8')
  const sha256 = hash('sha256', bytes)
  const known = { sha256, byteLength: bytes.length, width: null, height: null }
  return {
    path,
    known,
    content: () => Promise.resolve({ kind: 'content', content: { kind: 'bytes', bytes, sha256, contentType }, known }),
  }
}
