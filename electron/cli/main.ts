import { Command, CommanderError } from 'commander'
import { AppError, exitStatus } from '#shared/errors.ts'
import { addBatches } from './batches.ts'
import { addBucket } from './bucket.ts'
import type { Call, CommandLine } from './call.ts'
import { addDecide } from './decide.ts'
import { addDeliver } from './deliver.ts'
import { addFailures } from './failures.ts'
import { addFinalize } from './finalize.ts'
import { addLibraryCommands } from './library.ts'
import { libraryPlace } from './library-place.ts'
import { addOpen } from './open.ts'
import { type Output, openOutput } from './output.ts'
import { addPlan } from './plan.ts'
import { addProviders } from './providers.ts'
import { addRemote } from './remote.ts'
import { addRun } from './run.ts'
import { addServe } from './serve.ts'
import { addSheet } from './sheet.ts'
import { addStart } from './start.ts'
import { addUpdate } from './update.ts'
import { addUpkeep } from './upkeep.ts'
import { programVersion } from './web-window.ts'

interface CommonOptions {
  readonly library?: string
  readonly json?: boolean
}

/** Runs one command and resolves with the exit status (shared/errors.ts). Errors end as one sentence, never a stack. */
export async function main(argv: readonly string[]): Promise<number> {
  const out = openOutput(argv.includes('--json'))
  let status: number = exitStatus.allDone
  let help = ''
  const program = new Command('proofsheet')
    .description('From a sheet of prompts to an approved, delivered set of pictures.')
    .version(await programVersion(), '--version')
    .exitOverride()
    .configureOutput({
      writeErr: (text) => {
        help += text
      },
    })
  addCommonOptions(program)
  program.addHelpText(
    'after',
    '\nBATCH is its name or number, or "last". Exit status: 0 all done or at the provider, 1 a fault of Proofsheet, 2 bad input, 3 some failed,\n' +
      '4 some unknown, 5 held, 6 key or credit, 7 storage, 130 stopped.',
  )
  const callOf = (command: Command): Call => ({
    library: libraryPlace(command.optsWithGlobals<CommonOptions>().library),
    out,
    elapsedMs: () => Math.round(performance.now()),
  })
  const line: CommandLine = {
    add: (usage, description) => addCommonOptions(program.command(usage).description(description)),
    addBelow: (above, usage, description) => addCommonOptions(above.command(usage).description(description)),
    plain: (work) =>
      async function (this: Command, options) {
        status = await work(callOf(this), options)
      },
    withName: (work) =>
      async function (this: Command, name, options) {
        status = await work(callOf(this), name, options)
      },
    withTwoNames: (work) =>
      async function (this: Command, name, second, options) {
        status = await work(callOf(this), name, second, options)
      },
  }
  for (const addTo of commands) addTo(line)
  try {
    await program.parseAsync(argv, { from: 'user' })
    return status
  } catch (error) {
    return error instanceof CommanderError ? endOfParsing(out, error, argv, help) : out.failure(error)
  }
}

const commands = [
  addPlan,
  addRun,
  addUpdate,
  addRemote,
  addStart,
  addSheet,
  addBatches,
  addFailures,
  addDecide,
  addFinalize,
  addDeliver,
  addBucket,
  addProviders,
  addLibraryCommands,
  addUpkeep,
  addServe,
  addOpen,
]

const addCommonOptions = (command: Command): Command =>
  command
    .option('--library <dir>', 'the library’s folder (default: PROOFSHEET_LIBRARY, else the system’s place for data)')
    .option('--json', 'answer with exactly one JSON object on stdout')

/** Help and version are answers; everything else that the parser stops at is bad input, with the way out. */
function endOfParsing(out: Output, error: CommanderError, argv: readonly string[], help: string): number {
  if (error.exitCode === 0) return exitStatus.allDone
  if (error.code === 'commander.help') {
    process.stderr.write(help)
    return exitStatus.badInput
  }
  const [command = ''] = argv.filter((argument) => !argument.startsWith('-'))
  const isKnown = error.code !== 'commander.unknownCommand' && /^[a-z]+$/.test(command)
  const sentence = error.message
    .replace(/^error: /, '')
    .replace(/\.?\s*$/, '.')
    .replace(/\s+/g, ' ')
  const about = `"proofsheet ${isKnown ? `${command} ` : ''}--help" says how it is written.`
  return out.failure(new AppError('invalid-input', `${sentence[0]?.toUpperCase() ?? ''}${sentence.slice(1)} ${about}`))
}
