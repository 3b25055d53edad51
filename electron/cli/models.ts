import type { Command } from 'commander'
import type { Engine } from '#engine/engine.ts'
import type { Model, ProviderInfo, Refreshed } from '#shared/contract/providers.ts'
import { AppError, exitStatus, messageOf } from '#shared/errors.ts'
import { moneyText, priceSource } from '#shared/money.ts'
import type { Call, CommandLine } from './call.ts'
import { tableText } from './output.ts'
import { reading, writing } from './session.ts'

/** `providers models` and `providers refresh`. */
export function addModels(line: CommandLine, providers: Command): void {
  line
    .addBelow(
      providers,
      'models <provider>',
      'Its models with powers, sizes, limits and prices, and where each price comes from',
    )
    .action(line.withName(models))
  line
    .addBelow(
      providers,
      'refresh [provider]',
      'Read models, prices and limits from the services that name them (default: all that have a key)',
    )
    .action(line.withName(refresh))
}

/** `$0.04`, `$0.003 a megapixel`, or `free`. */
export const costText = ({ price: { perImageMicros, unit } }: Model): string => {
  if (unit?.per === 'megapixel') return `${moneyText(unit.micros)} a megapixel`
  return perImageMicros === null ? 'price not known' : perImageMicros === 0 ? 'free' : moneyText(perImageMicros)
}

export const retiredText = ({ retired }: Model): string =>
  `retired on ${retired?.on}${retired?.successor ? `, use ${retired.successor}` : ''}`

function providerOf(engine: Engine, id: string): ProviderInfo {
  const all = engine.providers.list()
  const found = all.find((provider) => provider.id === id)
  if (found) return found
  throw new AppError('not-found', `There is no provider "${id}". There are: ${all.map((one) => one.id).join(', ')}.`)
}

const models = (call: Call, id: string): Promise<number> =>
  reading(call, (engine) => {
    const { models: found, refreshedMs, label, isLocal } = providerOf(engine, id)
    const rows = found.map((model) => [
      model.id,
      model.operations.join(', '),
      sizesText(model),
      model.maxPromptLength === null ? '' : `${model.maxPromptLength.toLocaleString('en-US')} characters`,
      costText(model),
      [
        model.retired ? retiredText(model) : null,
        model.isUnlisted ? (isLocal ? 'not there now' : 'not offered to this account') : null,
        priceSource(model.price),
      ]
        .filter((part) => part !== null && part !== '')
        .join('; '),
    ])
    const asked = refreshedMs === null ? 'never asked' : `asked ${new Date(refreshedMs).toISOString().slice(0, 16)}Z`
    const text = rows.length === 0 ? `${label} lists no models: name one by its id.` : tableText(rows)
    call.out.answer({ provider: id, refreshedMs, models: found }, `${text}\n\n${label}: ${asked}`)
    return exitStatus.allDone
  })

const sizesText = ({ sizes, draftSize, finalSize }: Model): string => {
  const text = ({ width, height }: { width: number; height: number }) => `${width}x${height}`
  const range = sizes.kind === 'list' ? `${sizes.list.length} sizes` : `${sizes.min} to ${sizes.max} px`
  return `${range}, drafts ${text(draftSize)}, finals ${text(finalSize)}`
}

/** One that does not answer keeps none of the others from being asked. */
const refresh = (call: Call, id: string | undefined): Promise<number> =>
  writing(call, { host: 'the command line (proofsheet providers refresh)', goesOn: false }, async (engine) => {
    const asked =
      id === undefined
        ? engine.providers.list().filter(({ ready, canRefresh, isLocal }) => ready && canRefresh && !isLocal)
        : [providerOf(engine, id)]
    const results = []
    for (const { id: provider, label } of asked) {
      try {
        const { provider: _now, ...found } = await engine.providers.refresh({ provider })
        results.push({ provider, label, ...found, error: null })
      } catch (error) {
        if (id !== undefined) throw error
        results.push({ provider, label, ...nothing, error: messageOf(error) })
      }
    }
    const lines = results.map(({ label, summary, changes, error }) =>
      [`${label}: ${error ?? summary}`, ...changes.map((change) => `  ${change}`)].join('\n'),
    )
    call.out.answer({ providers: results }, lines.join('\n') || 'No service that has its key can be asked.')
    return results.some(({ error }) => error !== null) ? exitStatus.someFailed : exitStatus.allDone
  })

const nothing: Omit<Refreshed, 'provider'> = { prices: 0, added: 0, retired: 0, limits: 0, summary: '', changes: [] }
