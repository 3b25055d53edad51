import sharp, { type Exif, type Sharp } from 'sharp'
import type { DeliveryOutput } from '#shared/contract/delivery.ts'
import { withPngTexts } from './png-text.ts'
import { type Provenance, parametersText, recordText } from './provenance.ts'
import { joinedXmp, minimalXmp } from './xmp.ts'

export interface MadePicture {
  readonly bytes: Buffer
  readonly width: number
  readonly height: number
}

/** As large as a picture of the library may be. */
const limitInputPixels = 100_000_000

/** Makes an output of a picture's whole bytes: deterministic, the same input gives the same bytes. Throws where it cannot be decoded. */
export async function makePicture(
  source: Buffer,
  format: string,
  output: DeliveryOutput,
  provenance: Provenance,
): Promise<MadePicture> {
  const own = output.metadata === 'keep' ? await sharp(source, { limitInputPixels }).metadata() : null
  const drawn = drawnAs(sharp(source, { limitInputPixels, failOn: 'warning' }).autoOrient(), output, format)
  const told =
    own === null
      ? withoutOwn(drawn, output)
      : withOwn(drawn, output, { xmp: own.xmpAsString ?? null, hasExif: own.exif !== undefined }, provenance)
  const { data, info } = await written(told, format, output.quality).toBuffer({ resolveWithObject: true })
  const bytes = own && format === 'png' ? withPngTexts(data, pngTexts(own.comments ?? [], provenance)) : data
  return { bytes, width: info.width, height: info.height }
}

const white = '#ffffff'
const transparent = { r: 0, g: 0, b: 0, alpha: 0 }

/** Size, crop and background. */
function drawnAs(picture: Sharp, output: DeliveryOutput, format: string): Sharp {
  const { width, height, fit } = output
  const background = output.background ?? (format === 'jpeg' ? white : null)
  const opaque = background === null ? picture : picture.flatten({ background })
  if (width === null && height === null) return opaque
  const size = { ...(width === null ? {} : { width }), ...(height === null ? {} : { height }) }
  if (fit === 'cover') return opaque.resize({ ...size, fit: 'cover' })
  if (fit === 'pad') return opaque.resize({ ...size, fit: 'contain', background: background ?? transparent })
  return opaque.resize({ ...size, fit: 'inside', withoutEnlargement: fit === 'inside' })
}

/** sharp writes no metadata of its own accord, and turns colours to sRGB where no profile is kept. */
function withoutOwn(picture: Sharp, { metadata, colour }: DeliveryOutput): Sharp {
  if (metadata === 'strip') return picture
  const coloured = colour === 'keep' ? picture.keepIccProfile() : picture
  return coloured.withXmp(minimalXmp())
}

function withOwn(
  picture: Sharp,
  { colour }: DeliveryOutput,
  own: { readonly xmp: string | null; readonly hasExif: boolean },
  provenance: Provenance,
): Sharp {
  const coloured = colour === 'srgb' ? picture.withIccProfile('srgb') : picture
  return coloured.keepMetadata().withXmp(joinedXmp(own.xmp, provenance)).withExifMerge(exifOf(own.hasExif, provenance))
}

/** EXIF holds ASCII; what does not fit in it stands in XMP alone. A picture's own EXIF is not written over. */
function exifOf(hasOwn: boolean, provenance: Provenance): Exif {
  if (hasOwn) return { IFD0: {} }
  const parameters = parametersText(provenance)
  const isAscii = (text: string): boolean => /^[\n\u0020-\u007e]*$/.test(text)
  return {
    IFD0: {
      Software: 'Proofsheet',
      ...(isAscii(provenance.prompt) ? { ImageDescription: provenance.prompt } : {}),
    },
    ...(isAscii(parameters) ? { IFD2: { UserComment: parameters } } : {}),
  }
}

function pngTexts(own: readonly { readonly keyword: string }[], provenance: Provenance): Record<string, string> {
  const texts = { parameters: parametersText(provenance), proofsheet: recordText(provenance) }
  return Object.fromEntries(Object.entries(texts).filter(([name]) => !own.some(({ keyword }) => keyword === name)))
}

function written(picture: Sharp, format: string, quality: number): Sharp {
  if (format === 'jpeg') return picture.jpeg({ quality, mozjpeg: false })
  if (format === 'webp') return picture.webp({ quality })
  if (format === 'avif') return picture.avif({ quality })
  return picture.png()
}
