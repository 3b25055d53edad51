import { type Command, InvalidArgumentError, Option } from 'commander'
import {
  type DeliveryOutput,
  type DeliveryWish,
  deliveryOutput,
  outputFits,
  outputFormats,
} from '#shared/contract/delivery.ts'

/** What of a delivery is asked for by options, beside where it goes. */
export interface DeliveryOptions {
  readonly layout: DeliveryWish['layout']
  readonly column?: string
  readonly stage: DeliveryWish['stage']
  readonly name?: string
  readonly numberFrom: number
  readonly output: readonly DeliveryOutput[]
  readonly link?: true
  readonly sidecars?: true
  readonly contactSheet?: true
  readonly checksums?: true
}

export const addDeliveryOptions = (command: Command): Command =>
  command
    .addOption(
      new Option('--layout <layout>', 'approved: only what is approved, in approved/; flat: in no folder')
        .choices(['approved', 'by-decision', 'flat', 'by-column'])
        .default('approved'),
    )
    .option('--column <name>', 'the column that names the folders of by-column')
    .option('--name <template>', 'file names without extension, such as {id}-{variant}')
    .option('--number-from <number>', 'what {number} begins with', wholeNumber, 1)
    .addOption(
      new Option('--stage <stage>', 'best: the newest approved final, else the draft')
        .choices(['best', 'final', 'draft'])
        .default('best'),
    )
    .option(
      '--output <name=parts>',
      'each picture so, as often as it is given: web=webp,2000x,q82 or square=1080x1080,cover,strip',
      withOutput,
      [],
    )
    .option('--link', 'unchanged pictures take no second place on the disk: a clone, else a hard link')
    .option('--sidecars', 'an XMP file beside each picture')
    .option('--contact-sheet', 'one HTML page with a small copy of every picture')
    .option('--checksums', 'checksums.sha256, for sha256sum -c')

/** The part of a wish that the options say. */
export const wishOf = (
  options: DeliveryOptions,
  nameTemplate: string,
): Omit<DeliveryWish, 'batchId' | 'destination'> => ({
  layout: options.layout,
  column: options.column ?? null,
  nameTemplate: options.name ?? nameTemplate,
  numberStart: options.numberFrom,
  stage: options.stage,
  outputs: [...options.output],
  links: options.link ? 'link' : 'copy',
  sidecars: options.sidecars ?? false,
  contactSheet: options.contactSheet ?? false,
  checksums: options.checksums ?? false,
})

function wholeNumber(text: string): number {
  if (/^\d{1,6}$/.test(text)) return Number(text)
  throw new InvalidArgumentError('It takes a whole number from 0 to 999999.')
}

/** `NAME=part,part`: a format, `WIDTHxHEIGHT` (either may be missing), `q` with a quality, a fit, `#rrggbb`, `srgb`, what of the metadata. */
function withOutput(text: string, others: readonly DeliveryOutput[]): readonly DeliveryOutput[] {
  const at = text.indexOf('=')
  const name = at === -1 ? text : text.slice(0, at)
  const parts = at === -1 ? [] : text.slice(at + 1).split(',')
  const parsed = deliveryOutput.safeParse(
    Object.assign({ name }, ...parts.map((part) => partOf(part.trim().toLowerCase()))),
  )
  if (parsed.success) return [...others, parsed.data]
  throw new InvalidArgumentError(`${parsed.error.issues[0]?.path.join('.')}: ${parsed.error.issues[0]?.message}`)
}

function partOf(part: string): object {
  const size = /^(\d{0,5})x(\d{0,5})$/.exec(part)
  if (size && part !== 'x') return { width: size[1] ? Number(size[1]) : null, height: size[2] ? Number(size[2]) : null }
  if (/^q\d{1,3}$/.test(part)) return { quality: Number(part.slice(1)) }
  if (part.startsWith('#')) return { background: part }
  if (part === 'jpg') return { format: 'jpeg' }
  if (part === 'srgb') return { colour: 'srgb' }
  if (outputFormats.some((format) => format === part)) return { format: part }
  if (outputFits.some((fit) => fit === part)) return { fit: part }
  if (['keep', 'minimal', 'strip'].includes(part)) return { metadata: part }
  throw new InvalidArgumentError(
    `"${part}" is no part of an output; there are ${[...outputFormats, ...outputFits].join(', ')}, 1200x628, q82, #ffffff, srgb, keep, minimal, strip.`,
  )
}
