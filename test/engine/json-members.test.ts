import fc from 'fast-check'
import { expect, test } from 'vitest'
import { jsonMembers } from '#engine/providers/json-members.ts'

const textOf = (bytes: Uint8Array): string => Buffer.from(bytes).toString()
const membersOf = (text: string): Record<string, unknown> | null => {
  const members = jsonMembers(Buffer.from(text))
  return members && Object.fromEntries([...members].map(([name, bytes]) => [name, JSON.parse(textOf(bytes))]))
}

test('the members of any object are those that a parser finds, however it is spaced', () => {
  const object = fc.dictionary(fc.string({ unit: 'grapheme' }), fc.jsonValue())
  fc.assert(
    fc.property(object, fc.constantFrom(0, 1, '\t'), (value, space) => {
      const text = JSON.stringify(value, null, space)
      expect(membersOf(` ${text}\r\n`)).toEqual(JSON.parse(text))
    }),
    { numRuns: 500 },
  )
})

test('quotes, braces and backslashes inside of strings end nothing', () => {
  const value = { 'a"b': 'x","y":{', c: '\\', d: ['}', { e: '\\"' }], f: -1.5e3, g: null, h: true }
  expect(membersOf(JSON.stringify(value))).toEqual(value)
})

test('what is no object is null, and the values are the very bytes', () => {
  for (const text of [
    '',
    'null',
    '[]',
    '"a"',
    '{',
    '{"a"',
    '{"a":',
    '{"a":1',
    '{"a":"b',
    '{"a":1}x',
    '{a:1}',
    '{"a" 1}',
  ])
    expect(jsonMembers(Buffer.from(text))).toBeNull()
  const line = Buffer.from('{"id": "x", "body": { "data" : [1, 2] } }')
  const body = jsonMembers(line)?.get('body')
  expect(body && textOf(body)).toBe('{ "data" : [1, 2] }')
  expect(body?.buffer).toBe(line.buffer)
})

test('bytes that are any text never hang it, or name a member that a parser would not', () => {
  fc.assert(
    fc.property(fc.string({ unit: fc.constantFrom(...'{}[]",:\\ab1 ') }), (text) => {
      const found = jsonMembers(Buffer.from(text))
      let parsed: unknown = null
      try {
        parsed = JSON.parse(text)
      } catch {
        return
      }
      const isObject = typeof parsed === 'object' && parsed !== null && !Array.isArray(parsed)
      expect(found && new Set(found.keys())).toEqual(isObject ? new Set(Object.keys(parsed ?? {})) : null)
    }),
    { numRuns: 2000 },
  )
})
