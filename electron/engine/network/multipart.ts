import { createHash, randomUUID } from 'node:crypto'

/** A form as bytes. The boundary comes from the content, so that the same form always gives the same body. */
export async function encodeForm(form: FormData): Promise<{ bytes: Uint8Array; contentType: string }> {
  const parts: { head: string; bytes: Buffer }[] = []
  for (const [name, value] of form.entries()) {
    const quoted = quote(name)
    if (typeof value === 'string') {
      parts.push({ head: `name="${quoted}"\r\n`, bytes: Buffer.from(value) })
      continue
    }
    const type = value.type || 'application/octet-stream'
    const head = `name="${quoted}"; filename="${quote(value.name)}"\r\nContent-Type: ${type}\r\n`
    parts.push({ head, bytes: Buffer.from(await value.arrayBuffer()) })
  }
  const boundary = boundaryFor(parts)
  const pieces = parts.flatMap(({ head, bytes }) => [
    Buffer.from(`--${boundary}\r\nContent-Disposition: form-data; ${head}\r\n`),
    bytes,
    Buffer.from('\r\n'),
  ])
  pieces.push(Buffer.from(`--${boundary}--\r\n`))
  return { bytes: Buffer.concat(pieces), contentType: `multipart/form-data; boundary=${boundary}` }
}

/**
 * What stands before and after a file that is sent as the last part of a form without being held: its boundary is drawn, for
 * the file is not looked through for it.
 */
export function formAround(
  fields: Readonly<Record<string, string>>,
  file: { readonly field: string; readonly name: string; readonly type: string },
): { before: Uint8Array; after: Uint8Array; contentType: string } {
  const boundary = `proofsheet-${randomUUID()}`
  const part = (name: string, more: string): string =>
    `--${boundary}\r\nContent-Disposition: form-data; name="${quote(name)}"${more}\r\n`
  const texts = Object.entries(fields).map(([name, value]) => `${part(name, '')}\r\n${value}\r\n`)
  const head = `${part(file.field, `; filename="${quote(file.name)}"`)}Content-Type: ${file.type}\r\n\r\n`
  return {
    before: Buffer.from(texts.join('') + head),
    after: Buffer.from(`\r\n--${boundary}--\r\n`),
    contentType: `multipart/form-data; boundary=${boundary}`,
  }
}

/** Names are quoted as the HTML standard says (multipart/form-data encoding, read 2026-11). */
const quote = (name: string): string => name.replace(/\r?\n|\r/g, '%0D%0A').replaceAll('"', '%22')

function boundaryFor(parts: readonly { head: string; bytes: Buffer }[]): string {
  const hash = createHash('sha256')
  for (const { head, bytes } of parts) hash.update(`${head.length}:${bytes.length}:${head}`).update(bytes)
  return `proofsheet-${hash.digest('hex').slice(0, 40)}`
}
