import type { ProviderInfo } from '#shared/contract/providers.ts'
import { AppError, exitStatus } from '#shared/errors.ts'
import type { Call, CommandLine } from './call.ts'
import { addCustomServices } from './custom-services.ts'
import { addModels, costText, retiredText } from './models.ts'
import { tableText } from './output.ts'
import { addProviderSettings } from './provider-settings.ts'
import { readSecret } from './secret-input.ts'
import { reading } from './session.ts'

interface KeyOptions {
  readonly forget?: boolean
}

export function addProviders(line: CommandLine): void {
  const providers = line.add('providers', 'Every provider with its models, prices and state').action(line.plain(list))
  line
    .addBelow(providers, 'key <provider>', 'Store a provider’s key: typed without being shown, or from a pipe')
    .option('--forget', 'remove the key from the keyring and the file')
    .action(line.withName(key))
  addProviderSettings(line, providers)
  addCustomServices(line, providers)
  addModels(line, providers)
}

const list = (call: Call): Promise<number> =>
  reading(call, (engine) => {
    const all = engine.providers.list()
    call.out.answer({ providers: all }, all.map(providerText).join('\n\n'))
    return exitStatus.allDone
  })

/** Keys are no part of a library, so this works beside a host that has it open. */
const key = (call: Call, id: string, { forget = false }: KeyOptions): Promise<number> =>
  reading(call, async (engine) => {
    const before = engine.providers.list().find((provider) => provider.id === id)
    if (!before) throw new AppError('not-found', `There is no provider "${id}". "proofsheet providers" lists them.`)
    const secret = forget ? null : await readSecret(`Key for ${before.label} (not shown): `)
    const provider = await engine.providers.setKey({ provider: id, key: secret })
    if (provider.key === 'file' && provider.keyNote) call.out.note(`Warning: ${provider.keyNote}`)
    if (provider.key === 'environment')
      call.out.note(`${provider.keyVariable} in the environment holds a key for it, too, and that one is used.`)
    const { key: place, keyNote = null, label } = provider
    const done = forget
      ? `${label}’s key is forgotten.`
      : place === 'environment'
        ? `${label}’s key is stored.`
        : `${label}’s key is stored ${place === 'keyring' ? 'in the system’s keyring' : 'in a file that only you can read'}.`
    call.out.answer({ provider: id, key: place, keyNote }, done)
    return exitStatus.allDone
  })

/** Where a key is, for people; null where there is none. */
function placeText({ key: place, keyVariable }: ProviderInfo): string | null {
  switch (place) {
    case 'environment':
      return `key from ${keyVariable}`
    case 'keyring':
      return 'key in the system’s keyring'
    case 'file':
      return 'key in a file that only you can read'
    default:
      return null
  }
}

function providerText(provider: ProviderInfo): string {
  const models = provider.models.map((model) => [
    `  ${provider.id}/${model.id}`,
    model.operations.join(', '),
    model.retired ? retiredText(model) : costText(model),
  ])
  const state = provider.ready
    ? 'ready'
    : provider.key === 'missing'
      ? `needs a key (${provider.keyVariable}, or "proofsheet providers key ${provider.id}")`
      : 'needs an address'
  return [
    [`${provider.id}  ${provider.label}`, state, placeText(provider)].filter((part) => part !== null).join(', '),
    `  ${provider.about}`,
    ...(provider.keyNote ? [`  Its key: ${provider.keyNote}`] : []),
    ...(models.length > 0 ? [tableText(models)] : []),
    ...(provider.anyModel ? [`  ${provider.id}/ANY-MODEL: its other models by their ids`] : []),
  ].join('\n')
}
