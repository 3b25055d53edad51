import { useMutation } from '@tanstack/react-query'
import { createContext, type ReactNode, useContext, useMemo, useState } from 'react'
import type { Tile } from '#shared/contract/tiles.ts'
import { client } from '../api/client.ts'
import { api } from '../api/queries.ts'
import { notifyError } from '../ui/toast.tsx'
import { EditPromptDialog } from './edit-prompt-dialog.tsx'
import { OtherModelDialog } from './other-model-dialog.tsx'

/** What can be done about a tile that failed, was refused, or whose outcome nobody knows. */
export interface TroubleActions {
  readonly retry: (tile: Tile) => void
  readonly edit: (tile: Tile) => void
  readonly otherModel: (tile: Tile) => void
  readonly dismiss: (tile: Tile) => void
}

const Context = createContext<TroubleActions | null>(null)

export const TroubleProvider = ({ children }: { children: ReactNode }) => {
  const [edited, setEdited] = useState<Tile | null>(null)
  const [moved, setMoved] = useState<Tile | null>(null)
  const { mutate: dismissTiles } = useMutation(api.generation.dismiss.mutationOptions())
  const actions = useMemo(
    (): TroubleActions => ({
      retry: (tile) => {
        retryTile(tile).catch((error) => notifyError(`${tile.label} could not be tried again`, error))
      },
      edit: setEdited,
      otherModel: setMoved,
      dismiss: (tile) => {
        if (tile.state === 'unknown') {
          resolveUnknown(tile, 'dismiss').catch((error) => notifyError(`${tile.label} could not be dismissed`, error))
          return
        }
        dismissTiles(
          { tileIds: [tile.id] },
          { onError: (error) => notifyError(`${tile.label} could not be dismissed`, error) },
        )
      },
    }),
    [dismissTiles],
  )
  return (
    <Context.Provider value={actions}>
      {children}
      {edited && <EditPromptDialog tile={edited} onClose={() => setEdited(null)} />}
      {moved && <OtherModelDialog tileIds={[moved.id]} title={moved.label} onClose={() => setMoved(null)} />}
    </Context.Provider>
  )
}

export function useTroubleActions(): TroubleActions {
  const actions = useContext(Context)
  if (!actions) throw new Error('This part of the page stands outside TroubleProvider')
  return actions
}

// A draft's tile and its job have one id.
async function retryTile(tile: Tile): Promise<void> {
  if (tile.state === 'unknown') return resolveUnknown(tile, 'retry')
  await client.generation.retry({ batchId: tile.batchId, jobIds: [tile.id] })
}

async function resolveUnknown(tile: Tile, action: 'retry' | 'dismiss'): Promise<void> {
  await client.generation.resolveUnknown({ jobIds: [tile.id], action })
}
