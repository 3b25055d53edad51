import type { QueryClient } from '@tanstack/react-query'
import { client } from './client.ts'
import { refreshLists } from './queries.ts'
import { type Stale, staleAfter } from './stale.ts'
import type { TileCache } from './tile-cache.ts'

export type Connection = 'connecting' | 'live' | 'lost'

/** How long what became stale is collected before it is asked for again. */
const collectMs = 250
/** Lists of tiles are long: they are asked for at most this often. */
const collectListsMs = 800

type Timer = ReturnType<typeof setTimeout>

export interface LiveUpdates {
  readonly connection: () => Connection
  readonly subscribe: (listener: () => void) => () => void
  readonly stop: () => void
}

/** Follows the engine's events and marks what they make stale; after a break it asks from the last number on. */
export function followLiveUpdates(queries: QueryClient, tiles: TileCache): LiveUpdates {
  const listeners = new Set<() => void>()
  const stopping = new AbortController()
  const state: { connection: Connection; after: number | null } = { connection: 'connecting', after: null }
  const collected = new Map<string, readonly unknown[]>()
  const lists = new Map<string, () => void>()
  const timer: { id: Timer | null; listsId: Timer | null } = { id: null, listsId: null }

  const become = (connection: Connection) => {
    if (state.connection === connection) return
    state.connection = connection
    for (const listener of listeners) listener()
  }

  const refresh = () => {
    timer.id = null
    const keys = [...collected.values()]
    collected.clear()
    for (const queryKey of keys) void queries.invalidateQueries({ queryKey })
  }

  const refreshCollectedLists = () => {
    timer.listsId = null
    for (const refreshList of lists.values()) refreshList()
    lists.clear()
  }

  const take = ({ keys, tileIds, lists: changed }: Stale) => {
    if (tileIds === 'all' || tileIds.length > 0) tiles.markStale(tileIds)
    if (keys === 'all') {
      void queries.invalidateQueries()
      return
    }
    for (const key of keys) collected.set(JSON.stringify(key), key)
    timer.id ??= setTimeout(refresh, collectMs)
    if (!changed) return
    lists.set(
      `${changed.batchId} ${changed.because}`,
      () => void refreshLists(queries, changed.batchId, changed.because),
    )
    timer.listsId ??= setTimeout(refreshCollectedLists, collectListsMs)
  }

  const follow = async (): Promise<void> => {
    const events = await client.events.follow({ after: state.after }, { signal: stopping.signal })
    if (state.connection === 'lost') take(staleAfter({ kind: 'resync' }))
    become('live')
    for await (const { number, event } of events) {
      state.after = number
      take(staleAfter(event))
    }
  }

  const run = async () => {
    for (let failures = 0; !stopping.signal.aborted; failures += 1) {
      const connectedBefore = state.connection
      try {
        await follow()
      } catch {
        // The reason is the same for every caller, a host that is gone: `connection` shows it, and the loop goes on.
      }
      if (stopping.signal.aborted) return
      if (connectedBefore === 'live' || state.connection === 'live') failures = 0
      become('lost')
      await new Promise((resolve) => setTimeout(resolve, Math.min(5000, 250 * 2 ** failures)))
    }
  }
  void run()

  return {
    connection: () => state.connection,
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    stop: () => {
      stopping.abort()
      if (timer.id !== null) clearTimeout(timer.id)
      if (timer.listsId !== null) clearTimeout(timer.listsId)
    },
  }
}
