import type { PictureLimits } from '#engine/providers/provider.ts'
import type { References } from '#engine/references/references.ts'
import type { InputPicture } from '#shared/generation-request.ts'
import type { ModelFacts } from './model-facts.ts'

const noLimits: PictureLimits = { maxBytes: Number.MAX_SAFE_INTEGER }

/** The limits of each of so many pictures of one request: one on all of them together is shared evenly. */
export function limitsOfEach(
  facts: ModelFacts,
  { provider, model }: { readonly provider: string; readonly model: string },
  count: number,
): PictureLimits {
  const { maxBytesTogether, ...limits } = facts.pictureLimits(provider, model) ?? noLimits
  if (maxBytesTogether === undefined) return limits
  return { ...limits, maxBytes: Math.min(limits.maxBytes, Math.floor(maxBytesTogether / Math.max(1, count))) }
}

/** All pictures of one request, as small as its model wants them. Throws AppError where one is gone or cannot be made to fit. */
export function fitAll(
  references: Pick<References, 'fit'>,
  facts: ModelFacts,
  of: { readonly provider: string; readonly model: string },
  hashes: readonly string[],
): Promise<InputPicture[]> {
  const limits = limitsOfEach(facts, of, hashes.length)
  return Promise.all(hashes.map((sha256) => references.fit(sha256, limits)))
}
