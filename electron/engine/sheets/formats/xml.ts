import { type SaxesAttributePlain, SaxesParser } from 'saxes'

export interface XmlHandlers {
  /** Names come without their namespace's prefix. */
  readonly open?: (tag: string, attribute: (name: string) => string | null) => void
  readonly close?: (tag: string) => void
  readonly text?: (text: string) => void
}

const local = (name: string): string => name.slice(name.indexOf(':') + 1)

/**
 * Reads XML piece by piece. Entities of a document's own are never expanded: an unknown one is an error, as is any other
 * mistake (thrown as Error).
 */
export function xmlReader(handlers: XmlHandlers): (bytes: Uint8Array | null) => void {
  const parser = new SaxesParser()
  const decoder = new TextDecoder('utf-8')
  parser.on('opentag', ({ name, attributes }) => {
    const found = attributes as Readonly<Record<string, string | SaxesAttributePlain | undefined>>
    handlers.open?.(local(name), (wanted) => {
      const value = found[wanted]
      return typeof value === 'string' ? value : null
    })
  })
  parser.on('closetag', ({ name }) => handlers.close?.(local(name)))
  parser.on('text', (text) => handlers.text?.(text))
  parser.on('cdata', (text) => handlers.text?.(text))
  return (bytes) => {
    if (bytes) parser.write(decoder.decode(bytes, { stream: true }))
    else parser.close()
  }
}
