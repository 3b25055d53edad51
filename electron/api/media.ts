import { errorCodeOf } from '#shared/errors.ts'
import { type RenditionName, renditions } from '#shared/host.ts'
import type { EngineRooms } from './engine-rooms.ts'
import { type FileReply, notFoundReply } from './file-reply.ts'

/** The only types shown as pictures; anything else a library may hold is handed out as a download. */
const shownTypes: Readonly<Record<string, string>> = {
  'image/png': 'png',
  'image/jpeg': 'jpg',
  'image/webp': 'webp',
  'image/avif': 'avif',
}

const isRendition = (name: string): name is RenditionName => Object.hasOwn(renditions, name)

/** `/media/42/thumb` -> image 42, `thumb`; null for every other path. An address holds an id and never a file name. */
function mediaAddress(path: string): { imageId: number; rendition: RenditionName } | null {
  const match = /^\/media\/([1-9]\d{0,14})\/([a-z]{1,16})$/.exec(path)
  const rendition = match?.[2] ?? ''
  return match && isRendition(rendition) ? { imageId: Number(match[1]), rendition } : null
}

/**
 * Answers a picture's address. A picture never changes, so an address that names its content (`?v=` and anything that
 * differs between contents) is kept for ever; without it a browser asks again and gets a 304, because another library
 * opened at the same origin has other pictures under the same ids.
 */
export async function answerMedia(
  engine: Pick<EngineRooms, 'media'>,
  path: string,
  query: URLSearchParams,
  ifNoneMatch: string | null,
): Promise<FileReply> {
  const address = mediaAddress(path)
  if (!address) return notFoundReply
  const media = await engine.media(address.imageId, address.rendition).catch((error: unknown) => {
    if (errorCodeOf(error) === 'not-found') return null
    throw error
  })
  if (!media) return notFoundReply
  const etag = `"${media.etag.replaceAll('"', '')}"`
  const extension = shownTypes[media.contentType]
  const name = `image-${address.imageId}-${address.rendition}`
  const headers = {
    'cache-control': query.get('v') ? 'private, max-age=31536000, immutable' : 'private, no-cache',
    'content-type': extension ? media.contentType : 'application/octet-stream',
    'content-disposition': extension ? `inline; filename="${name}.${extension}"` : `attachment; filename="${name}.bin"`,
    etag,
  }
  const isHeld = (ifNoneMatch ?? '').split(',').some((tag) => tag.trim().replace(/^W\//, '') === etag)
  return isHeld ? { status: 304, headers, file: null } : { status: 200, headers, file: media.file }
}
