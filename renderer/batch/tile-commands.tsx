import type { Tile } from '#shared/contract/tiles.ts'
import { canAskAgain, isTrouble } from '../grid/tile-text.ts'
import { useCommands } from '../keys/command-center.tsx'
import { pickedReferences } from '../review/picked-references.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { useTroubleActions } from '../review/trouble.tsx'
import { notify } from '../ui/toast.tsx'

/** Offers what can be done with the one tile in focus, in every view alike. Draws nothing. */
export const TileCommands = () => {
  const session = useReview()
  const actions = useTroubleActions()
  const focused = (): Tile | null => {
    const { focusId } = session.state()
    return focusId === null ? null : session.tiles.get(focusId)
  }
  const hasPicture = useReviewState(() => pictureOf(focused()) !== null)
  const isTroubled = useReviewState(() => isSo(focused(), isTrouble))
  const canAsk = useReviewState(() => isSo(focused(), canAskAgain))
  const withTile = (act: (tile: Tile) => void) => () => {
    const tile = focused()
    if (tile) act(tile)
  }

  useCommands({
    ...(hasPicture && { asReference: withTile(takeAsReference) }),
    ...((isTroubled || canAsk) && { retryTile: withTile(actions.retry) }),
    ...(canAsk && { editTile: withTile(actions.edit), otherModel: withTile(actions.otherModel) }),
    ...(isTroubled && { dismissTile: withTile(actions.dismiss) }),
  })
  return null
}

const isSo = (tile: Tile | null, ask: (tile: Tile) => boolean): boolean => tile !== null && ask(tile)

/** The best that there is of a tile: its newest approved final, else its draft. */
const pictureOf = (tile: Tile | null): Tile['image'] =>
  tile === null ? null : (tile.finals.find((final) => final.decision === 'approved') ?? tile.image)

function takeAsReference(tile: Tile): void {
  const image = pictureOf(tile)
  if (!image) return
  const label = `${tile.label}, variant ${tile.variant}`
  if (!pickedReferences.add({ image, label })) {
    notify({ title: 'There are 16 reference pictures already', text: 'Leave one out first, in the tray.' })
    return
  }
  notify({
    title: `${label} goes in as a reference`,
    text: 'With the next edited prompt, and with full sizes that a model draws.',
    action: { label: 'Leave it out', run: () => pickedReferences.remove(image.id) },
  })
}
