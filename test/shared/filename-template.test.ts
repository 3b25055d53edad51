import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { expandName, nameMistakes, safeFileName, uniqueNames } from '#shared/filename-template.ts'

const bytesOf = (name: string): number => new TextEncoder().encode(name).byteLength

/** The rules of the three systems, written down a second time and independently of the code. */
const windowsDevice = /^(con|prn|aux|nul|conin\$|conout\$|(com|lpt)[0-9\u00b9\u00b2\u00b3])\s*(\.|$)/i
function complaints(name: string): string[] {
  const found: string[] = []
  if (bytesOf(name) > 255) found.push('over 255 bytes')
  if (/[\\/:*?"<>|]/.test(name)) found.push('forbidden character')
  if (/\p{Cc}/u.test(name)) found.push('control character')
  if (/[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/.test(name)) found.push('bidi control')
  if (windowsDevice.test(name)) found.push('device name')
  if (/[. ]$/.test(name) || /[. ]\.png$/.test(name) || /^[. ]/.test(name)) found.push('dot or blank at an end')
  if (name.includes('..')) found.push('..')
  if (!name.isWellFormed()) found.push('half a character')
  if (name.normalize('NFC') !== name) found.push('not NFC')
  if (!/^.+\.png$/su.test(name)) found.push('no stem or extension')
  return found
}

const nasty = [
  'CON',
  'con',
  'nul.tar',
  'COM1',
  'COM¹',
  'lpt³.x',
  'AUX .txt',
  'CONIN$',
  '..',
  '.',
  '',
  '   ',
  '...',
  '../../etc/passwd',
  'C:\\Windows',
  'a/b',
  'a\u202egnp.exe',
  '\u2066x\u2069',
  'x\u0000y',
  'tab\tname',
  'line\nend',
  'trail. . .',
  '長'.repeat(300),
  '👩‍👩‍👧‍👦'.repeat(40),
  'e\u0301'.repeat(200),
  `a${'\u0301'.repeat(400)}`,
  '\ud800',
  '<script>',
  'what?*',
  'x'.repeat(5000),
  '-rf',
  '~',
  '%00',
  '\ufeffbom',
  'ﬁ',
  'İ',
  'ß',
  'SS',
  '\u{e0041}',
  '\uffff',
  '🏴󠁧󠁢󠁥󠁮󠁧󠁿',
]
const hostileStem = fc.oneof(
  fc.constantFrom(...nasty),
  fc.string({ unit: 'binary', maxLength: 400 }),
  fc.string({ unit: 'grapheme', maxLength: 300 }),
  fc.array(fc.constantFrom(...nasty, '.', ' ', '-', 'a'), { maxLength: 6 }).map((parts) => parts.join('')),
)

describe('safeFileName', () => {
  test.each([
    ['red shoe', 'red shoe.png'],
    ['CON', '_CON.png'],
    ['com¹', '_com¹.png'],
    ['nul.tar', '_nul.tar.png'],
    ['console', 'console.png'],
    ['../../etc/passwd', '-.-etc-passwd.png'],
    ['what? "this": a|b', 'what- -this-- a-b.png'],
    ['trail. . .', 'trail.png'],
    ['a\u202egnp', 'agnp.png'],
    ['cafe\u0301', 'café.png'],
    ['two\nlines', 'two lines.png'],
    ['a\t\u0000\tb', 'a b.png'],
    ['', 'image.png'],
    ['...', 'image.png'],
    ['👩‍👩‍👧', '👩‍👩‍👧.png'],
  ])('%j -> %j', (stem, name) => expect(safeFileName(stem, 'png')).toBe(name))

  test('5,000 hostile stems are valid on every system, and safe names stay as they are', () => {
    fc.assert(
      fc.property(hostileStem, (stem) => {
        const name = safeFileName(stem, 'png')
        expect(complaints(name)).toEqual([])
        expect(safeFileName(name.slice(0, -'.png'.length), 'png')).toBe(name)
      }),
      { numRuns: 5000 },
    )
  })

  test('300 bytes of CJK are cut between characters, the extension is kept', () => {
    const name = safeFileName('長'.repeat(300), '.jpeg')
    expect(name).toBe(`${'長'.repeat(83)}.jpeg`)
    expect(bytesOf(name)).toBe(254)
  })

  test('a family emoji is kept whole or left out whole', () => {
    const family = '👩‍👩‍👧‍👦'
    expect(safeFileName(family.repeat(40), 'png')).toBe(`${family.repeat(10)}.png`)
    // One grapheme alone over the limit: cut between code points, so that something is left.
    expect(bytesOf(safeFileName(`a${'\u0316'.repeat(400)}`, 'png'))).toBeGreaterThan(240)
  })
})

describe('uniqueNames', () => {
  test('later names of a kind get numbers, by case and by normal form', () => {
    expect(uniqueNames(['a.png', 'A.PNG', 'ｂ.png', 'b.png', 'a.png', 'straße.png', 'STRASSE.png'])).toEqual({
      names: ['a.png', 'A-2.PNG', 'ｂ.png', 'b-2.png', 'a-3.png', 'straße.png', 'STRASSE-2.png'],
      collisions: 4,
    })
  })

  test('a name that stands in the list itself is never given to another', () => {
    expect(uniqueNames(['a.png', 'a.png', 'a-2.png', 'a-3.png', 'a.png']).names).toEqual([
      'a.png',
      'a-4.png',
      'a-2.png',
      'a-3.png',
      'a-5.png',
    ])
  })

  test('hostile names stay unique, valid and in order', () => {
    const key = (name: string): string => name.normalize('NFKC').toLowerCase().toUpperCase().normalize('NFKC')
    fc.assert(
      fc.property(fc.array(hostileStem, { maxLength: 60 }), (stems) => {
        const safe = stems.map((stem) => safeFileName(stem, 'png'))
        const { names, collisions } = uniqueNames(safe)
        expect(new Set(names.map(key)).size).toBe(stems.length)
        expect(names.flatMap(complaints)).toEqual([])
        expect(names.filter((name, index) => name !== safe[index]).length).toBe(collisions)
        expect(uniqueNames(safe)).toEqual({ names, collisions })
      }),
      { numRuns: 200 },
    )
  })

  test('50,000 names of which all collide, at the limit of length, stay within it', () => {
    const { names, collisions } = uniqueNames(Array<string>(50_000).fill(`${'長'.repeat(83)}.png`))
    expect(collisions).toBe(49_999)
    expect(new Set(names).size).toBe(50_000)
    expect(Math.max(...names.map(bytesOf))).toBeLessThanOrEqual(255)
    expect(names.at(-1)?.endsWith('-50000.png')).toBe(true)
  })
})

describe('name templates', () => {
  const values = { id: 'A1', Product: 'Red shoe', variant: 2, colour: null }

  test.each([
    ['{id}-{product}-{variant}', 'A1-Red shoe-2'],
    ['{ID}_{Variant}', 'A1_2'],
    ['{id}-{colour}-{variant}', 'A1-2'],
    ['{id}-{colour}', 'A1'],
    ['{colour}-{id}', 'A1'],
    ['{unknown}', '{unknown}'],
    ['plain', 'plain'],
  ])('%j -> %j', (template, name) => expect(expandName(template, values)).toBe(name))

  test('mistakes stand at their place', () => {
    expect(nameMistakes('{id}-{prodct}-{', ['id', 'product'])).toEqual([
      { at: 5, length: 8, message: 'There is no "prodct" to put into a name; there are id, product.' },
      { at: 14, length: 1, message: 'This { has no partner; a placeholder is written like {id}.' },
    ])
    expect(nameMistakes('{ID}-{Product}', ['id', 'product'])).toEqual([])
  })

  test('a value is never read as a template', () => {
    expect(expandName('{id}', { id: '{variant}', variant: 1 })).toBe('{variant}')
  })
})
