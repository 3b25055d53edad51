import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { settings as openAiSettings } from '#engine/providers/openai-compatible/settings.ts'
import { bytesText, nameColumns, suggestedFolder } from '../../renderer/deliver/delivery-text.ts'
import { fieldsOf, labelOf, textOf, valueIn } from '../../renderer/settings/schema-fields.ts'
import { amountText } from '../../renderer/ui/money-field.tsx'
import { wholeNumberFrom } from '../../renderer/ui/number-field.tsx'

const jsonSchema = z.record(z.string(), z.json())
const schemaOf = (schema: z.ZodObject) => fieldsOf(jsonSchema.parse(z.toJSONSchema(schema, { io: 'input' })))
const fieldIn = (fields: ReturnType<typeof fieldsOf>, name: string) => {
  const field = fields.find((each) => each.name === name)
  if (!field) throw new Error(`there is no field ${name}`)
  return field
}

describe('a settings form from a schema', () => {
  const fields = schemaOf(openAiSettings)

  test('shows every setting of a real provider, with its description', () => {
    expect(fields.map((field) => field.name)).toEqual(Object.keys(openAiSettings.shape))
    expect(fields.every((field) => field.hint !== null)).toBe(true)
    expect(fieldIn(fields, 'server')).toMatchObject({
      kind: 'choice',
      options: ['openai', 'stable-diffusion.cpp', 'localai'],
    })
    expect(fieldIn(fields, 'sendNegativePrompt').kind).toBe('boolean')
    expect(fieldIn(fields, 'timeoutSeconds')).toMatchObject({ kind: 'integer', min: 10, max: 3600 })
    expect(fieldIn(fields, 'pricePerImageUsd')).toMatchObject({ kind: 'number', isNullable: true })
    expect(fieldIn(fields, 'perModel').kind).toBe('json')
  })

  test('reads its boxes into what the provider takes', () => {
    const typed = {
      timeoutSeconds: '60',
      pricePerImageUsd: '0.04',
      requestsPerMinute: '',
      baseUrl: ' http://127.0.0.1:1 ',
    }
    const values = Object.entries(typed).map(([name, text]) => {
      const result = valueIn(fieldIn(fields, name), text)
      return [name, 'value' in result ? result.value : result.error] as const
    })
    expect(openAiSettings.parse(Object.fromEntries(values))).toMatchObject({
      timeoutSeconds: 60,
      pricePerImageUsd: 0.04,
      requestsPerMinute: null,
      baseUrl: 'http://127.0.0.1:1',
    })
  })

  test.each([
    ['timeoutSeconds', '9', 'At least 10.'],
    ['timeoutSeconds', '60.5', 'A whole number.'],
    ['timeoutSeconds', '', 'This cannot be empty.'],
    ['requestsPerMinute', '0', 'At least 1.'],
    ['pricePerImageUsd', 'four', 'A number, such as 0.04.'],
  ])('%s does not take %j', (name, text, error) => {
    expect(valueIn(fieldIn(fields, name), text)).toEqual({ error })
  })

  test('what is no JSON says so, and what is comes back as it was', () => {
    const field = fieldIn(fields, 'perModel')
    expect(valueIn(field, '{"a":')).toMatchObject({ error: expect.stringContaining('not JSON') })
    const value = { a: { pricePerImageUsd: 1 } }
    expect(valueIn(field, textOf(field, value))).toEqual({ value })
  })

  test.each([
    ['baseUrl', 'Base URL'],
    ['pricePerImageUsd', 'Price per image in US dollars'],
    ['timeoutSeconds', 'Timeout in seconds'],
    ['concurrency', 'Concurrency'],
  ])('%s reads %j', (name, label) => {
    expect(labelOf(name)).toBe(label)
  })
})

test.each([
  [0, '0 bytes'],
  [999, '999 bytes'],
  [1400, '1.4 KB'],
  [5_200_000, '5.2 MB'],
  [123_400_000_000, '123 GB'],
])('%d bytes read %j', (bytes, text) => {
  expect(bytesText(bytes)).toBe(text)
})

test.each([
  ['/home/ana/.local/share/proofsheet/library', '/home/ana/Pictures/Proofsheet'],
  ['/Users/ana/Library/Application Support/Proofsheet/library', '/Users/ana/Pictures/Proofsheet'],
  ['C:\\Users\\ana\\AppData\\Local\\Proofsheet\\library', 'C:\\Users\\ana\\Pictures\\Proofsheet'],
  ['/srv/pictures', ''],
])('a library in %j suggests the folder %j', (library, folder) => {
  expect(suggestedFolder(library)).toBe(folder)
})

test('a column that has the name of a placeholder is told apart', () => {
  expect(nameColumns(['sku', 'Prompt', 'od{d'])).toEqual(['sku', 'sheet Prompt'])
})

test.each([
  [40_000, '0.04'],
  [800, '0.0008'],
  [10_000_000, '10'],
  [0, '0'],
])('%d micros are typed as %j', (micros, text) => {
  expect(amountText(micros)).toBe(text)
})

test('a whole number has its limits', () => {
  expect(wholeNumberFrom(' 12 ', 1, 64)).toBe(12)
  for (const text of ['', '0', '65', '1.5', 'x', '1e3']) expect(wholeNumberFrom(text, 1, 64)).toBeNull()
})
