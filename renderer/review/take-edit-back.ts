import type { Tile } from '#shared/contract/tiles.ts'
import { client } from '../api/client.ts'
import { notifyError } from '../ui/toast.tsx'

/** Takes the newest edit of a tile back, as long as nothing is being made of it; says why where it is too late. */
export function takeEditBack({ id, label }: Pick<Tile, 'id' | 'label'>): void {
  client.generation
    .undoEdit({ tileId: id })
    .catch((error) => notifyError(`The edit of ${label} could not be taken back`, error))
}
