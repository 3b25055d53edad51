import { isDeepStrictEqual } from 'node:util'
import type { Model, Refreshed } from '#shared/contract/providers.ts'
import { moneyText } from '#shared/money.ts'
import type { LiveModel } from './merge-model.ts'

/** What of a service's answer is news against the catalogue. */
export function liveFrom(builtIn: readonly Model[], described: (id: string) => Model | null, said: readonly Model[]) {
  const found = said.map((model): LiveModel => {
    const known = builtIn.find(({ id }) => id === model.id) ?? described(model.id)
    const isNewPrice = !isDeepStrictEqual(known?.price, model.price)
    const isNewLimit = known?.maxPromptLength !== model.maxPromptLength
    return {
      id: model.id,
      ...(isNewPrice ? { price: model.price } : {}),
      ...(isNewLimit ? { maxPromptLength: model.maxPromptLength } : {}),
      ...(model.retired && !known?.retired ? { retired: model.retired } : {}),
      isListed: true,
    }
  })
  const missing = builtIn.filter((model) => !found.some(({ id }) => id === model.id))
  return [...found, ...missing.map(({ id }): LiveModel => ({ id, isListed: false }))]
}

const many = (count: number, one: string, more: string): string => `${count} ${count === 1 ? one : more}`

/** What is otherwise than before, for people. */
export function changesBetween(
  before: readonly Model[],
  after: readonly Model[],
  isLocal: boolean,
): Omit<Refreshed, 'provider'> {
  const old = new Map(before.map((model) => [model.id, model]))
  const added = after.filter(({ id }) => !old.has(id))
  const known = after.flatMap((now) => {
    const was = old.get(now.id)
    return was ? [{ now, was }] : []
  })
  const prices = known.filter(({ now, was }) => !isDeepStrictEqual(figuresOf(now), figuresOf(was)))
  const retired = known.filter(({ now, was }) => now.retired && !was.retired)
  const limits = known.filter(({ now, was }) => now.maxPromptLength !== was.maxPromptLength)
  const unlisted = known.filter(({ now, was }) => now.isUnlisted && !was.isUnlisted)
  const parts = [
    prices.length > 0 ? many(prices.length, 'price changed', 'prices changed') : null,
    added.length > 0 ? many(added.length, 'new model', 'new models') : null,
    retired.length > 0 ? `${retired.length} retired` : null,
    limits.length > 0 ? many(limits.length, 'limit changed', 'limits changed') : null,
    unlisted.length > 0 ? `${unlisted.length} ${isLocal ? 'not there now' : 'not offered to this account'}` : null,
  ].filter((part) => part !== null)
  return {
    prices: prices.length,
    added: added.length,
    retired: retired.length,
    limits: limits.length,
    summary: parts.join(', ') || 'Nothing has changed',
    changes: [
      ...prices.map(({ now, was }) => `${now.id}: ${priceText(was)} before, ${priceText(now)} now`),
      ...added.map(({ id }) => `${id}: new`),
      ...retired.map(
        ({ now }) => `${now.id}: retired${now.retired?.successor ? `, use ${now.retired.successor}` : ''}`,
      ),
      ...limits.map(
        ({ now }) =>
          `${now.id}: reads ${now.maxPromptLength?.toLocaleString('en-US') ?? 'any number of'} characters now`,
      ),
      ...unlisted.map(({ now }) => `${now.id}: ${isLocal ? 'the server' : 'this account'}’s list does not name it`),
    ],
  }
}

const figuresOf = ({ price }: Model) => [price.perImageMicros, price.unit ?? null]

function priceText({ price: { perImageMicros, unit } }: Model): string {
  if (unit?.per === 'megapixel') return `${moneyText(unit.micros)} a megapixel`
  return perImageMicros === null ? 'no price' : moneyText(perImageMicros)
}
