import { nameMistakes } from '#shared/filename-template.ts'
import { addressOf, placeOf } from '../addresses/signed-address.ts'

interface AddressedFile {
  readonly path: string
  readonly address: string | null
  readonly image: { readonly row: number }
}

/** What an address can be made of beside what a name can. */
export const addressNames = ['file', 'path'] as const

/** What nobody could mean with these addresses, one sentence each; an empty cell is told where its file is sent. */
export function addressMistakes(template: string, known: readonly string[], files: readonly AddressedFile[]): string[] {
  const wrong = nameMistakes(template, known).map(({ message }) => `The address: ${message}`)
  if (wrong.length > 0) return wrong
  const urls = files.map(({ path, address }) => ({ path, url: address === null ? null : addressOf(address) }))
  if (files.length > 0 && urls.every(({ url }) => url === null))
    return ['Not one picture has an address that begins with http:// or https://. Check the column or the template.']
  const first = new Map<string, string>()
  for (const { path, url } of urls) {
    if (!url) continue
    const place = placeOf(url)
    const other = first.get(place)
    if (other !== undefined)
      return [
        `${other} and ${path} would go to one address. Give each a row of its own, or put {file} into the address.`,
      ]
    first.set(place, path)
  }
  return []
}

/** Pictures whose cell holds no address, as a sentence; null where each has one. */
export function withoutAddress(files: readonly AddressedFile[]): string | null {
  const without = files.filter(({ address }) => address !== null && addressOf(address) === null)
  const [one] = without
  if (!one) return null
  const many = without.length === 1 ? '1 picture has' : `${without.length} pictures have`
  return `${many} no address and would not be sent, the first: ${one.path} (row ${one.image.row}).`
}
