/** Reads the sheet named in the first argument as the command line does, and prints how much memory that took at most. */
import { openSheet } from '#api/open-sheet.ts'
import { readSheet } from '#engine/sheets/sheets.ts'
import { messageOf } from '#shared/errors.ts'

const [path = ''] = process.argv.slice(2)
const before = process.resourceUsage().maxRSS / 1000
let said = 'It was read.'
const closed = (): never => {
  throw new Error('Only the sheet is read here.')
}
const engine = {
  sheets: {
    add({ name, bytesBase64 }: { name: string; bytesBase64: string }): never {
      const { rows } = readSheet({ name, bytes: Buffer.from(bytesBase64, 'base64') })
      throw new Error(`${rows.length} rows were read.`)
    },
    get: closed,
    rows: closed,
    readAgain: closed,
    map: closed,
    example: closed,
  },
}
try {
  const { sheets } = engine
  await openSheet(
    { sheets, references: unused(), generation: unused(), settings: unused(), providers: unused() },
    path,
    false,
  )
} catch (error) {
  said = messageOf(error)
}
process.stdout.write(JSON.stringify({ said, megabytes: process.resourceUsage().maxRSS / 1000 - before }))

/** `openSheet` asks these rooms for nothing before the sheet is stored. */
function unused(): never {
  return new Proxy({}, { get: closed }) as never
}
