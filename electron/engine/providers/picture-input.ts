import type { GenerationRequest } from '#shared/generation-request.ts'
import type { ProviderCall, ProviderReply } from './provider.ts'
import { unsupported } from './refuse-unsupported.ts'

/** The type that the bytes of a picture show. */
export function pictureType(bytes: Uint8Array): 'png' | 'jpeg' | 'webp' {
  if (bytes[0] === 0xff && bytes[1] === 0xd8) return 'jpeg'
  return Buffer.from(bytes.subarray(8, 12)).toString('latin1') === 'WEBP' ? 'webp' : 'png'
}

/** The source and the reference pictures of a request, in this order. Throws `unsupported` for one over `maxBytes`. */
export async function inputPictures(
  request: GenerationRequest,
  { input }: Pick<ProviderCall, 'input'>,
  maxBytes: number,
): Promise<readonly Uint8Array[]> {
  const wanted = request.source ? [request.source, ...request.references] : request.references
  return Promise.all(
    wanted.map(async ({ sha256 }) => {
      const bytes = await input(sha256)
      if (bytes.length <= maxBytes) return bytes
      const megabytes = (count: number): string => (count / 1_000_000).toFixed(1)
      throw unsupported(
        `A picture has ${megabytes(bytes.length)} MB; this service takes ${megabytes(maxBytes)} MB. Use a smaller one.`,
      )
    }),
  )
}

export const dataUri = (bytes: Uint8Array): string =>
  `data:image/${pictureType(bytes)};base64,${Buffer.from(bytes).toString('base64')}`

/** The picture that stands in an answer as base64, or was taken out of it before (`pictures-apart.ts`). */
export const pictureIn = ({ pictures }: ProviderReply, base64: string): Uint8Array =>
  pictures?.get(base64) ?? Buffer.from(base64, 'base64')

/** The picture inside a `data:` address; null where it is another address. */
export function bytesOfDataUri(address: string): Uint8Array | null {
  if (!/^data:[^,]*;base64,/.test(address)) return null
  return Buffer.from(address.slice(address.indexOf(',') + 1), 'base64')
}
