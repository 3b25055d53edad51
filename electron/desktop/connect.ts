import { RPCHandler } from '@orpc/server/message-port'
import { ipcMain } from 'electron'
import type { Router } from '#api/api.ts'
import { channels } from './channels.ts'
import { isOwnSender } from './security.ts'

/** Carries the contract over the message port that our own page sends; a port from anywhere else is closed. */
export function acceptConnections(router: Router) {
  const handler = new RPCHandler(router)
  ipcMain.on(channels.connect, (event) => {
    const [port, ...others] = event.ports
    for (const other of others) other.close()
    if (!port) return
    if (!isOwnSender(event)) return port.close()
    handler.upgrade(port)
    port.start()
  })
}
