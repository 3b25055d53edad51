import { crc32 } from 'node:zlib'

/** A PNG's signature and its first chunk, IHDR, whose length never varies. */
const headLength = 8 + 25

function chunk(type: string, data: Buffer): Buffer {
  const body = Buffer.concat([Buffer.from(type, 'latin1'), data])
  const around = Buffer.alloc(8)
  around.writeUInt32BE(data.length, 0)
  around.writeUInt32BE(crc32(body), 4)
  return Buffer.concat([around.subarray(0, 4), body, around.subarray(4)])
}

/** Text that `tEXt` cannot hold goes to `iTXt`, as the tools do that write `parameters` (PNG, third edition, 11.3.3). */
function textChunk(keyword: string, text: string): Buffer {
  const isLatin1 = /^[\n\u0020-\u007e\u00a0-\u00ff]*$/.test(text)
  const data = isLatin1
    ? Buffer.from(`${keyword}\0${text}`, 'latin1')
    : Buffer.concat([Buffer.from(`${keyword}\0\0\0\0\0`, 'latin1'), Buffer.from(text.replaceAll('\0', ''), 'utf8')])
  return chunk(isLatin1 ? 'tEXt' : 'iTXt', data)
}

/** A PNG with these texts right behind its head, where a reader meets them before the pixels. */
export const withPngTexts = (png: Buffer, texts: Readonly<Record<string, string>>): Buffer =>
  Buffer.concat([
    png.subarray(0, headLength),
    ...Object.entries(texts).map(([keyword, text]) => textChunk(keyword, text)),
    png.subarray(headLength),
  ])
