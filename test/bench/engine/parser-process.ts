/** How long a parser alone takes for a sheet's text, and how long our own reader takes from bytes to rows. */
import { readFile } from 'node:fs/promises'
import { inferSchema, initParser } from 'udsv'
import { z } from 'zod'
import { readSheet } from '#engine/sheets/sheets.ts'
import { answerParent, measure } from './in-child.ts'

await answerParent(
  z.object({ sheet: z.string(), rows: z.int(), parser: z.enum(['udsv', 'ours']) }),
  async ({ sheet, rows, parser }) => {
    const bytes = new Uint8Array(await readFile(sheet))
    const { result, effort } = await measure(async () => {
      if (parser === 'ours') return readSheet({ name: 'bench.csv', bytes }).rows.length
      const text = new TextDecoder().decode(bytes)
      return initParser(inferSchema(text)).stringArrs(text).length
    })
    if (result !== rows) throw new Error(`The parser gave ${result} rows and not ${rows}.`)
    return effort
  },
)
