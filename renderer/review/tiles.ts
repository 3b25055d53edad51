import { client } from '../api/client.ts'
import { createTileCache } from '../api/tile-cache.ts'
import { notifyError } from '../ui/toast.tsx'

/** The page's tiles. Live updates mark them stale; the views ask for what they show. */
export const tileCache = createTileCache(
  (tileIds) => client.tiles.many({ tileIds }),
  (error) => notifyError('Some drafts could not be shown', error),
)
