import type { Deliverable, TileWithoutPicture } from '#engine/tiles/tiles.ts'
import type { Decision } from '#shared/contract/common.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'

export const deliveryFolders = ['approved', 'rejected', 'pending-review'] as const
export type DeliveryFolder = (typeof deliveryFolders)[number]

/** A tile as a delivery sees it: a picture and the folder it goes to, or the reason why it goes nowhere. */
export type Choice =
  | { readonly image: Deliverable; readonly folder: DeliveryFolder; readonly reason: null }
  | { readonly image: Deliverable; readonly folder: null; readonly reason: string }
  | { readonly image: null; readonly tile: TileWithoutPicture; readonly reason: string }

const folderOf: Record<Decision, DeliveryFolder> = {
  approved: 'approved',
  rejected: 'rejected',
  undecided: 'pending-review',
}

/**
 * One picture a tile at most. The approved one of the wanted stage, the newest final before the draft; without one,
 * `by-decision` takes the draft (for `final` the newest final) to the folder of its decision.
 * `images` are those of one tile, the draft before its finals, the newest last.
 */
export function choose(
  images: readonly [Deliverable, ...Deliverable[]],
  { layout, stage }: Pick<DeliverySettings, 'layout' | 'stage'>,
): Choice {
  const candidates = stage === 'best' ? images : images.filter((image) => image.stage === stage)
  const approved = candidates.findLast((image) => image.decision === 'approved')
  if (approved) return { image: approved, folder: 'approved', reason: null }
  const other = stage === 'final' ? candidates.at(-1) : candidates[0]
  if (!other) return { image: images[0], folder: null, reason: `It has no ${stage}.` }
  if (layout === 'by-decision') return { image: other, folder: folderOf[other.decision], reason: null }
  return {
    image: other,
    folder: null,
    reason: other.decision === 'rejected' ? 'It is rejected.' : 'It is not decided yet.',
  }
}

/** Why a tile has no picture, as a sentence. */
export function reasonWithout(tile: TileWithoutPicture): string {
  if (tile.state === 'done') return 'Its picture is not in this library.'
  if (tile.state === 'canceled') return 'It was canceled.'
  if (tile.errorMessage !== null) return tile.errorMessage
  return tile.holdReason === null ? 'It is not made yet.' : `It is not made yet: held (${tile.holdReason}).`
}
