import { readFileSync } from 'node:fs'
import { describe, expect, test } from 'vitest'
import { readWildcardText } from '#engine/wildcards/read-text.ts'
import { parseTemplate, promptsOf } from '#shared/template/template.ts'
import { wildcardLookup } from '#shared/template/wildcards.ts'

const doc = readFileSync(new URL('../../docs/templates.md', import.meta.url), 'utf8')

/** The files that the page shows, read as the library reads them. */
const files = [...doc.matchAll(/^```(?:txt|yaml|json) (\S+)\n([\s\S]*?)^```$/gm)].map(([, path = '', text = '']) => [
  ...readWildcardText(path, text),
])
const lookup = wildcardLookup(new Map(files.flat()))

/** A table's cells as they are read: a bar in a cell is written with a backslash. */
const rowsOf = (text: string): string[][] =>
  text
    .split('\n')
    .filter((line) => line.startsWith('|') && !/^\| (---|there)/.test(line))
    .map((line) =>
      line
        .slice(2, -2)
        .split(/(?<!\\) \| |(?<=\\\\) \| /)
        .map((cell) => cell.replaceAll('\\|', '|')),
    )

const code = (cell: string): string[] =>
  [...cell.matchAll(/`([^`]*)`/g)].map(([, text = '']) => text.replaceAll('⏎', '\n'))

const acceptance = rowsOf(doc.slice(doc.indexOf('## From sd-dynamic-prompts')))

describe('docs/templates.md, line by line', () => {
  test('the table is there, and every line says whether it is supported', () => {
    expect(acceptance.length).toBeGreaterThan(45)
    for (const cells of acceptance) {
      expect(cells, cells.join(' | ')).toHaveLength(4)
      expect(cells[1]).toMatch(/^(yes|no|differently)\b/)
    }
  })

  test.each(acceptance)('%s (%s): %s', (_there, _here, written = '', makes = '') => {
    const [template = ''] = code(written)
    const { template: read, mistakes } = parseTemplate(template, [], lookup)
    const wrong = /^mistake: (.*)$/.exec(makes)?.[1]
    if (wrong !== undefined) expect(mistakes[0]?.message).toContain(wrong)
    else {
      expect(mistakes).toEqual([])
      const prompts = promptsOf(read, {}, { limit: 100 }).map(({ text }) => text)
      expect(prompts).toEqual(code(makes))
    }
  })
})
