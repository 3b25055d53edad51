import type { ProviderInfo } from '#shared/contract/providers.ts'
import { exitStatus } from '#shared/errors.ts'
import { moneyText } from '#shared/money.ts'
import type { Call, CommandLine } from './call.ts'
import { manyText, tableText } from './output.ts'
import { reading, readingExisting } from './session.ts'

export function addLibraryCommands(line: CommandLine): void {
  line.add('providers', 'Every provider with its models, prices and state').action(line.plain(providers))
  line.add('verify', 'Read every picture and every sum of the library again').action(line.plain(verify))
}

const providers = (call: Call): Promise<number> =>
  reading(call, (engine) => {
    const list = engine.providers.list()
    call.out.answer({ providers: list }, list.map(providerText).join('\n\n'))
    return exitStatus.allDone
  })

function providerText(provider: ProviderInfo): string {
  const models = provider.models.map(({ id, operations, price }) => {
    const { perImageMicros } = price
    const cost = perImageMicros === null ? 'price not known' : perImageMicros === 0 ? 'free' : moneyText(perImageMicros)
    return [`  ${provider.id}/${id}`, operations.join(', '), cost]
  })
  const state = provider.ready ? 'ready' : provider.key === 'missing' ? 'needs a key' : 'needs an address'
  return [
    `${provider.id}  ${provider.label}, ${state}`,
    `  ${provider.about}`,
    ...(models.length > 0 ? [tableText(models)] : []),
    ...(provider.anyModel ? [`  ${provider.id}/ANY-MODEL: its other models by their ids`] : []),
  ].join('\n')
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
