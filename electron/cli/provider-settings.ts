import type { Command } from 'commander'
import { z } from 'zod'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { tableText } from './output.ts'
import { reading, writing } from './session.ts'

type Json = ProviderInfo['settings'][string]
const jsonValue = z.json()

/** A provider's settings and whether it answers, under `providers`. */
export function addProviderSettings(line: CommandLine, providers: Command): void {
  line
    .addBelow(
      providers,
      'set <provider...>',
      'Change settings: set comfyui baseUrl=http://127.0.0.1:8188 concurrency=2. Without any they are shown',
    )
    .action(line.withName(set))
  line
    .addBelow(providers, 'test <provider>', 'Try the connection: the account, what is left to spend, and limits')
    .action(line.withName(test))
}

const set = (call: Call, [id = '', ...pairs]: readonly string[]): Promise<number> => {
  const changes = Object.fromEntries(pairs.map(settingFrom))
  const answer = (info: ProviderInfo): number => {
    const lines = Object.entries(info.settings).map(([name, value]) => [name, wordsOf(value)])
    call.out.answer({ provider: id, settings: info.settings }, tableText(lines))
    return exitStatus.allDone
  }
  if (pairs.length === 0) return reading(call, (engine) => answer(found(engine.providers.list(), id)))
  return writing(call, { host: 'the command line', goesOn: false }, async (engine) => {
    const { settings } = found(engine.providers.list(), id)
    const other = Object.keys(changes).find((name) => !Object.hasOwn(settings, name))
    if (other !== undefined) {
      const names = Object.keys(settings).join(', ')
      throw new AppError('invalid-input', `${id} has no setting "${other}". It has: ${names || 'none'}.`)
    }
    const given = Object.entries(changes).map(([name, text]) => [name, valueFrom(text, settings[name])] as const)
    return answer(engine.providers.configure({ provider: id, settings: Object.fromEntries(given) }))
  })
}

const test = (call: Call, id: string): Promise<number> =>
  reading(call, async (engine) => {
    const { label, ready, key } = found(engine.providers.list(), id)
    if (!ready && key === 'missing')
      throw new AppError('auth', `${label} needs a key first: "proofsheet providers key ${id}" stores one.`)
    const connection = await engine.providers.check({ provider: id })
    const { ok, message, account, balance, limits } = connection
    const facts = [message, account && `Account: ${account}`, balance && `Left to spend: ${balance.text}`, ...limits]
    call.out.answer({ provider: id, ...connection }, facts.filter(Boolean).join('\n'))
    return ok ? exitStatus.allDone : exitStatus.someFailed
  })

function found(list: readonly ProviderInfo[], id: string): ProviderInfo {
  const info = list.find((provider) => provider.id === id)
  if (info) return info
  throw new AppError('not-found', `There is no provider "${id}". "proofsheet providers" lists them.`)
}

function settingFrom(pair: string): readonly [string, string] {
  const at = pair.indexOf('=')
  if (at > 0) return [pair.slice(0, at), pair.slice(at + 1)]
  throw new AppError('invalid-input', `"${pair}" is no setting. Write NAME=VALUE, such as concurrency=2.`)
}

/** As the present value is: text stays text, everything else is JSON (`2`, `true`, `null`, `[…]`). */
function valueFrom(text: string, now: Json | undefined): Json {
  if (typeof now === 'string') return text
  try {
    return jsonValue.parse(JSON.parse(text))
  } catch {
    return text // The setting's own schema says what is wrong with it.
  }
}

const wordsOf = (value: Json): string => (typeof value === 'string' ? value : JSON.stringify(value))
