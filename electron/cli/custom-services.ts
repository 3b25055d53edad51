import { readFile, stat } from 'node:fs/promises'
import type { Command } from 'commander'
import { briefService } from '#shared/contract/custom-services.ts'
import { AppError, exitStatus, messageOf } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { tableText } from './output.ts'
import { reading, writing } from './session.ts'

interface AddOptions {
  readonly name?: string
  readonly baseUrl?: string
  readonly replace?: boolean
  readonly test?: boolean
}

/** No description is larger; its template alone may have 64 KB. */
const mostBytes = 1_000_000

/** Services described by a person, under `providers`. */
export function addCustomServices(line: CommandLine, providers: Command): void {
  line
    .addBelow(
      providers,
      'add <from>',
      'Add a service described in a JSON file (docs/custom-http.md), or by the name of a preset',
    )
    .option('--name <name>', 'another name: the provider is custom:NAME')
    .option('--base-url <url>', 'another address')
    .option('--replace', 'change the service of this name')
    .option('--test', 'try it first, and store nothing where it does not answer as it should')
    .action(line.withName(add))
  line
    .addBelow(providers, 'remove <name>', 'Remove a described service; its pictures stay')
    .action(line.withName(remove))
  line
    .addBelow(providers, 'show <name>', 'Print the description of a service or a preset, to be changed and added again')
    .action(line.withName(show))
  line.addBelow(providers, 'presets', 'Descriptions to begin with').action(line.plain(presets))
}

const add = (call: Call, from: string, { name, baseUrl, replace = false, test = false }: AddOptions): Promise<number> =>
  writing(call, { host: 'the command line', goesOn: false }, async (engine) => {
    const preset = engine.customServices.list().presets.find((one) => one.preset === from)
    const json = preset?.service ?? (await readDescription(from))
    const changed = { ...json, ...(name === undefined ? {} : { name }), ...(baseUrl === undefined ? {} : { baseUrl }) }
    const tried = test ? await engine.customServices.test({ service: changed, key: null }) : null
    if (tried && !tried.ok) throw new AppError('invalid-input', `Nothing was stored. ${tried.message}`)
    const info = engine.customServices.save({ service: changed, replace })
    const { id, label, ready, models } = info
    const variable = `${id.toUpperCase().replace(/[^A-Z0-9]/g, '_')}_API_KEY`
    const next = ready ? '' : `\nIt needs a key: set ${variable}, or enter it in the window.`
    const hasNoPrice = models.some(({ price }) => price.perImageMicros === null)
    const price = hasNoPrice ? '\nIts price is not known: runs are held until you give one (--price USD).' : ''
    call.out.answer({ provider: info }, `${id}  ${label} is there.${tried ? ` ${tried.message}` : ''}${next}${price}`)
    return exitStatus.allDone
  })

const remove = (call: Call, name: string): Promise<number> =>
  writing(call, { host: 'the command line', goesOn: false }, async (engine) => {
    const answer = engine.customServices.remove({ name: name.replace(/^custom:/, '') })
    call.out.answer(answer, `${name} is removed. What was made with it stays.`)
    return exitStatus.allDone
  })

const show = (call: Call, name: string): Promise<number> =>
  reading(call, (engine) => {
    const { services, presets: examples } = engine.customServices.list()
    const own = services.find(({ service }) => service.name === name.replace(/^custom:/, ''))
    const service = own?.service ?? examples.find(({ preset }) => preset === name)?.service
    if (!service) throw new AppError('not-found', `There is no service and no preset "${name}".`)
    call.out.answer(service, JSON.stringify(briefService(service), null, 2))
    return exitStatus.allDone
  })

const presets = (call: Call): Promise<number> =>
  reading(call, (engine) => {
    const list = engine.customServices.list().presets
    const text = tableText(list.map(({ preset, about }) => [preset, about]))
    call.out.answer({ presets: list }, text)
    return exitStatus.allDone
  })

async function readDescription(file: string): Promise<object> {
  let text: string
  try {
    if ((await stat(file)).size > mostBytes) throw new Error('it is larger than 1 MB')
    text = await readFile(file, 'utf8')
  } catch (error) {
    const sentence = `${file} is no preset ("proofsheet providers presets" lists them) and cannot be read as a file (${messageOf(error)}).`
    throw new AppError('invalid-input', sentence, { cause: error })
  }
  try {
    const json: unknown = JSON.parse(text)
    if (typeof json === 'object' && json !== null && !Array.isArray(json)) return json
  } catch (error) {
    throw new AppError('invalid-input', `${file} is not JSON (${messageOf(error)}).`, { cause: error })
  }
  throw new AppError('invalid-input', `${file} does not describe a service: it is no JSON object.`)
}
