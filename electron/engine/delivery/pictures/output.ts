import { createHash } from 'node:crypto'
import sharp from 'sharp'
import type { Deliverable } from '#engine/tiles/tiles.ts'
import type { DeliveryOutput } from '#shared/contract/delivery.ts'
import { safeFileName } from '#shared/filename-template.ts'
import { provenanceOf } from './provenance.ts'

/** What is made of a picture changes with this number, and with the libraries that make it. */
const makeVersion = 1

const folded = (name: string): string => name.trim().toLowerCase()

/** What nobody could mean with these outputs, one sentence each. */
export function outputMistakes(outputs: readonly DeliveryOutput[]): string[] {
  const names = outputs.map(({ name }) => folded(safeFileName(name, '')))
  const twice = outputs.find(({ name }, at) => names.indexOf(folded(safeFileName(name, ''))) !== at)
  return [
    ...(twice ? [`Two outputs are called "${twice.name}". Give each a name of its own.`] : []),
    ...outputs
      .filter(({ fit, width, height }) => (fit === 'cover' || fit === 'pad') && (width === null || height === null))
      .map(
        ({ name, fit }) =>
          `The output "${name}" is to be ${fit === 'cover' ? 'cropped' : 'padded'}: it needs a width and a height.`,
      ),
  ]
}

/** Whether a picture's own bytes are already what is asked for; a C2PA manifest in them stays good. */
export const isAsItCame = (output: DeliveryOutput | null, { format }: Pick<Deliverable, 'format'>): boolean =>
  output === null ||
  ((output.format === 'original' || output.format === format) &&
    output.width === null &&
    output.height === null &&
    output.background === null &&
    output.colour === 'keep' &&
    output.metadata === 'keep')

/** The format of a delivered file, as the manifest writes it. */
export const formatOf = (output: DeliveryOutput | null, { format }: Pick<Deliverable, 'format'>): string =>
  output === null || output.format === 'original' ? format : output.format

export const extensionOf = (format: string): string => (format === 'jpeg' ? 'jpg' : format)

/**
 * Names the bytes that are made of a picture: the same source, output and words in it, made by the same libraries, give
 * the same bytes. SHA-256, hex.
 */
export const makeKeyOf = (image: Deliverable, { name: _name, ...output }: DeliveryOutput): string =>
  keyOf({
    makeVersion,
    source: image.sha256,
    output,
    provenance: output.metadata === 'keep' ? provenanceOf(image) : null,
  })

export const keyOf = (what: object): string =>
  createHash('sha256')
    .update(JSON.stringify({ ...what, libraries: sharp.versions }))
    .digest('hex')
