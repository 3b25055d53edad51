import type { Price } from '#engine/settings/settings.ts'
import type { Size } from '#shared/contract/providers.ts'
import { finalSize } from './draft-size.ts'
import type { DraftTile } from './draft-tiles.ts'
import type { ModelFacts } from './model-facts.ts'

/**
 * What the same picture would cost made at final quality at once: what drafts first are compared with. By the provider's
 * usual model for finals, else the draft's own at its final size. Null where nobody knows.
 */
export function finalPrice(facts: ModelFacts, { request, model }: DraftTile, wanted: Size | null): Price | null {
  if (!model) return null
  const usual = facts.usualFinal(request.provider)
  const final = (usual && facts.findModel(request.provider, usual.model)) ?? model
  const draft = { width: request.width ?? model.draftSize.width, height: request.height ?? model.draftSize.height }
  return facts.priceOf({
    ...request,
    model: final.id,
    ...finalSize(final, draft, wanted),
    quality: usual?.quality ?? final.finalQuality ?? null,
    seed: final.takesSeed ? request.seed : null,
  })
}
