import { existsSync } from 'node:fs'
import { basename, resolve } from 'node:path'
import { AppError, exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { bytesText } from './output.ts'
import { readingExisting } from './session.ts'

export function addSheet(line: CommandLine): void {
  line
    .add('sheet <batch> <out>', 'Write the sheet back as it came, with what became of each row in columns of our own')
    .option('--force', 'also over a file that is there')
    .action(line.withTwoNames(writeSheet))
}

const writeSheet = (call: Call, name: string, out: string, options: { readonly force?: boolean }): Promise<number> =>
  readingExisting(call, async (engine) => {
    const file = resolve(out)
    if (existsSync(file) && !options.force)
      throw new AppError('conflict', `${out} is there already. Choose another name, or write over it with --force.`)
    const { batchId, batch } = engine.batches.find({ batch: name })
    const written = await engine.batches.writeSheet({ batchId })
    const bytes = Buffer.from(written.bytesBase64, 'base64')
    const { writeFilesDurably } = await import('#engine/engine.ts')
    await writeFilesDurably([{ path: file, bytes }])
    const other =
      extensionOf(written.name) === extensionOf(file)
        ? []
        : [`it is ${extensionOf(written.name)}, not ${extensionOf(file) || 'that'}`]
    call.out.answer(
      { batch, batchId, file, bytes: bytes.length, format: extensionOf(written.name) },
      [`${basename(file)}: ${bytesText(bytes.length)}`, ...other].join('\n'),
    )
    return exitStatus.allDone
  })

const extensionOf = (name: string): string => /\.([^.\\/]+)$/.exec(name)?.[1]?.toLowerCase() ?? ''
