import { resolve } from 'node:path'
import type { Engine } from '#engine/engine.ts'
import { exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { bytesText, manyText } from './output.ts'
import { readingExisting, writing } from './session.ts'

export function addUpkeep(line: CommandLine): void {
  line
    .add('backup <file>', 'A consistent copy of the library’s database, also beside a running window')
    .action(line.withName(backup))
  line
    .add('gc', 'List the files that nothing points to; with --remove, delete them')
    .option('--remove', 'delete what is listed')
    .action(line.plain(gc))
}

const backup = (call: Call, file: string): Promise<number> =>
  readingExisting(call, async (engine) => {
    const made = await engine.library.backup({ file: resolve(file) })
    call.out.answer(made, `${made.file}: ${bytesText(made.bytes)}`)
    return exitStatus.allDone
  })

function gc(call: Call, options: { remove?: boolean }): Promise<number> {
  const remove = options.remove === true
  const work = async (engine: Engine): Promise<number> => {
    const { files, bytes, found, ...rest } = await engine.library.gc({ remove })
    const total = `${manyText(files, 'file')}, ${bytesText(bytes)}`
    const next = remove ? `${total} removed` : `${total}; remove them with: proofsheet gc --remove`
    const lines = [...found.map(({ path, kind }) => `${path}  ${kind}`), files === 0 ? 'Nothing is left over.' : next]
    call.out.answer({ files, bytes, found, ...rest }, lines.join('\n'))
    return exitStatus.allDone
  }
  return remove ? writing(call, { host: 'the command line (gc)', goesOn: false }, work) : readingExisting(call, work)
}
