import { createHash } from 'node:crypto'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import { picturesApart } from '#engine/providers/pictures-apart.ts'

/** Bytes that look like a picture's: no two slices of them are the same. */
function noise(length: number, seed = 0): Buffer {
  const blocks = Array.from({ length: Math.ceil(length / 32) }, (_, at) =>
    createHash('sha256').update(`${seed}/${at}`).digest(),
  )
  return Buffer.concat(blocks).subarray(0, length)
}

function taken(text: string): { value: unknown; pictures: ReadonlyMap<string, Uint8Array> } {
  const { bytes, pictures } = picturesApart(Buffer.from(text))
  return { value: JSON.parse(Buffer.from(bytes).toString()), pictures }
}

const same = (found: Uint8Array | undefined, wanted: Uint8Array): boolean =>
  found !== undefined && Buffer.compare(found, wanted) === 0

test('pictures are taken out wherever they stand, and the rest stays to the byte', () => {
  const [one, other] = [noise(100_000), noise(60_001, 1)]
  const line = `{ "id":"a\\"b", "data" : [ {"b64_json":"${one.toString('base64')}","n":1},\n {"deep":{"x":"${other.toString('base64')}"}}],"end":"€ \\\\"}`
  const { value, pictures } = taken(line)
  expect(value).toEqual({
    id: 'a"b',
    data: [{ b64_json: 'picture:0', n: 1 }, { deep: { x: 'picture:1' } }],
    end: '€ \\',
  })
  expect([...pictures.keys()]).toEqual(['picture:0', 'picture:1'])
  expect([same(pictures.get('picture:0'), one), same(pictures.get('picture:1'), other)]).toEqual([true, true])
})

test('every way in which services write base64 gives the same picture, over many slices', () => {
  // Three signs over a multiple of four in the first slice, so that every slice begins within a group.
  const picture = noise(7_000_003)
  const plain = picture.toString('base64')
  const ways = {
    plain,
    'slashes with a backslash': plain.replaceAll('/', '\\/'),
    'signs by their number': plain.replaceAll('=', '\\u003d').replaceAll('+', '\\u002b'),
    'lines of 76': (plain.match(/.{1,76}/g) ?? []).join('\\r\\n'),
    'for addresses': picture.toString('base64url'),
    'without its end': plain.replace(/=+$/, ''),
    'as an address': `data:image/png;base64,${plain}`,
    'as an address with backslashes': `data:image\\/png;base64,${plain.replaceAll('/', '\\/')}`,
  }
  for (const [way, text] of Object.entries(ways)) {
    const { value, pictures } = taken(`{"b64":"${text}"}`)
    expect({ way, value }).toEqual({ way, value: { b64: 'picture:0' } })
    expect({ way, same: same(pictures.get('picture:0'), picture) }).toEqual({ way, same: true })
  }
})

test('an escape on the border of two slices is not cut, wherever it falls', () => {
  const picture = noise(2_400_000)
  const plain = picture.toString('base64')
  // Three megabytes of signs before it, less some: each lets another part of the escape fall on the border.
  for (let shift = 0; shift < 8; shift++) {
    const at = 3 * 1024 * 1024 - shift
    const escaped = `${plain.slice(0, at)}\\u00${plain.charCodeAt(at).toString(16)}${plain.slice(at + 1)}`
    const { pictures } = taken(`["${escaped}"]`)
    expect({ shift, same: same(pictures.get('picture:0'), picture) }).toEqual({ shift, same: true })
  }
})

test('long texts that are no base64 stay where they are', () => {
  const long = 'a'.repeat(40_000)
  for (const text of [`${long}!`, `${long}=${long}`, `${long}===`, `${long}\\n€`, `https://x.example/${long}?a=b`]) {
    const { bytes, pictures } = picturesApart(Buffer.from(`{"words":"${text}"}`))
    expect(pictures.size).toBe(0)
    expect(Buffer.from(bytes).toString()).toBe(`{"words":"${text}"}`)
  }
})

test('broken JSON gives itself', () => {
  for (const text of ['', '{"a', `{"a":"${'b'.repeat(50_000)}`, 'no json', '"']) {
    expect(Buffer.from(picturesApart(Buffer.from(text)).bytes).toString()).toBe(text)
  }
})

test('any JSON without pictures comes back as it was', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      expect(Buffer.from(picturesApart(Buffer.from(text)).bytes).toString()).toBe(text)
    }),
  )
})
