import { createContext, type ReactNode, useContext, useEffect, useState } from 'react'
import { type Connection, followLiveUpdates } from '../api/live-updates.ts'
import { queryClient } from '../api/query-client.ts'
import { tileCache } from '../review/tiles.ts'

const ConnectionContext = createContext<Connection>('connecting')

/** Follows the engine's events while the page is open. */
export const LiveUpdatesProvider = ({ children }: { children: ReactNode }) => {
  const [connection, setConnection] = useState<Connection>('connecting')
  useEffect(() => {
    const updates = followLiveUpdates(queryClient, tileCache)
    const forget = updates.subscribe(() => setConnection(updates.connection()))
    return () => {
      forget()
      updates.stop()
    }
  }, [])
  return <ConnectionContext.Provider value={connection}>{children}</ConnectionContext.Provider>
}

export const useConnection = (): Connection => useContext(ConnectionContext)
