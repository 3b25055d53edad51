import type { Provenance } from './provenance.ts'

/**
 * XMP as ISO 16684-1 has it. The source type is IPTC's word for what a trained model made (IPTC NewsCodes,
 * digitalsourcetype, read 2026-11).
 */
const trainedAlgorithmicMedia = 'http://cv.iptc.org/newscodes/digitalsourcetype/trainedAlgorithmicMedia'

const namespaces = {
  xmp: 'http://ns.adobe.com/xap/1.0/',
  dc: 'http://purl.org/dc/elements/1.1/',
  Iptc4xmpExt: 'http://iptc.org/std/Iptc4xmpExt/2008-02-29/',
  proofsheet: 'urn:proofsheet:xmp:1:',
}

/** Characters that XML 1.0 has no way to write. */
const unwritable = /[^\t\n\r\u{20}-\u{d7ff}\u{e000}-\u{fffd}\u{10000}-\u{10ffff}]/gu

export const xmlText = (text: string): string =>
  text
    .replace(unwritable, '')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;')

/** A property's name, and its element. */
type Property = readonly [name: string, element: string]

const simple = (name: string, value: string | number | null): Property[] =>
  value === null ? [] : [[name, `<${name}>${xmlText(`${value}`)}</${name}>`]]

const sourceType = simple('Iptc4xmpExt:DigitalSourceType', trainedAlgorithmicMedia)

const allOf = (of: Provenance): Property[] => [
  ...sourceType,
  ...simple('xmp:CreatorTool', 'Proofsheet'),
  ...simple('xmp:Rating', of.rating),
  ...simple('xmp:Label', of.label),
  [
    'dc:description',
    `<dc:description><rdf:Alt><rdf:li xml:lang="x-default">${xmlText(of.prompt)}</rdf:li></rdf:Alt></dc:description>`,
  ],
  ...simple('proofsheet:decision', of.decision),
  ...simple('proofsheet:stage', of.stage),
  ...simple('proofsheet:provider', of.provider),
  ...simple('proofsheet:model', of.model),
  ...simple('proofsheet:seed', of.seed),
  ...simple('proofsheet:negativePrompt', of.negativePrompt),
  ...simple('proofsheet:promptHash', of.promptHash),
  ...simple('proofsheet:sourceSha256', of.sha256),
]

const description = (properties: readonly Property[]): string => {
  const spaces = Object.entries(namespaces).map(([prefix, uri]) => `xmlns:${prefix}="${uri}"`)
  const elements = properties.map(([, element]) => `   ${element}\n`)
  return `  <rdf:Description rdf:about="" ${spaces.join(' ')}>\n${elements.join('')}  </rdf:Description>\n`
}

const packet = (properties: readonly Property[]): string =>
  `<x:xmpmeta xmlns:x="adobe:ns:meta/">\n <rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#">\n` +
  `${description(properties)} </rdf:RDF>\n</x:xmpmeta>\n`

/** Only that a model made the picture. */
export const minimalXmp = (): string => packet(sourceType)

/** The whole of an XMP file that stands beside a picture. */
export const sidecarXmp = (of: Provenance): string =>
  `<?xpacket begin="\u{feff}" id="W5M0MpCehiHzreSzNTczkc9d"?>\n${packet(allOf(of))}<?xpacket end="w"?>\n`

/**
 * XMP for a picture that came with `own` (null for none): what it says stays, and ours is put beside it, but for what it
 * says already; its source type is the maker's own word.
 */
export function joinedXmp(own: string | null, of: Provenance): string {
  const end = own?.lastIndexOf('</rdf:RDF>') ?? -1
  if (own === null || end === -1) return packet(allOf(of))
  const missing = allOf(of).filter(([name]) => !new RegExp(`[\\s<:]${name.split(':')[1]}[\\s=/>]`).test(own))
  return `${own.slice(0, end)}${description(missing)}${own.slice(end)}`
}
