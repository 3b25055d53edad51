import type { ModelFacts } from './model-facts.ts'

/**
 * The row's own model: `PROVIDER/MODEL` where the first part is a provider, else a model of the profile's provider, or of
 * the only other one that lists it: sheets written for a service name its models alone.
 */
export function modelFor(
  cell: string | null,
  { provider, model }: { readonly provider: string; readonly model: string },
  facts: Pick<ModelFacts, 'providerIds' | 'findModel' | 'onlyProviderOf'>,
): { provider: string; model: string } {
  if (!cell) return { provider, model }
  const slash = cell.indexOf('/')
  const named = cell.slice(0, Math.max(0, slash))
  if (facts.providerIds.includes(named)) return { provider: named, model: cell.slice(slash + 1) }
  const isOwn = facts.findModel(provider, cell) !== null
  return { provider: (isOwn ? null : facts.onlyProviderOf(cell)) ?? provider, model: cell }
}
