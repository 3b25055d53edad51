import { exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { manyText } from './output.ts'
import { readingExisting } from './session.ts'

export function addLibraryCommands(line: CommandLine): void {
  line.add('verify', 'Read every picture and every sum of the library again').action(line.plain(verify))
}

const verify = (call: Call): Promise<number> =>
  readingExisting(call, async (engine) => {
    const found = await engine.library.verify()
    const counts = `${manyText(found.pictures, 'picture')}, ${manyText(found.images, 'image')}, ${manyText(found.ledgerEntries, 'ledger line')}`
    const problems = found.problems.map(({ message }) => message)
    call.out.answer(
      found,
      [`${counts}: ${found.ok ? 'all sound' : manyText(problems.length, 'problem')}`, ...problems].join('\n'),
    )
    return found.ok ? exitStatus.allDone : exitStatus.someFailed
  })
