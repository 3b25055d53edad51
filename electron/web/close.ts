import type { Server, ServerResponse } from 'node:http'

/** How long answers that are being made may still take. */
const graceMs = 700

/**
 * Watches what a server answers and gives the function that ends it: nothing new is taken, event streams (which never
 * end by themselves) are cut at once, other answers may finish within 700 ms, then every connection is closed.
 */
export function closerOf(server: Server): () => Promise<void> {
  const answering = new Set<ServerResponse>()
  let whenQuiet: (() => void) | null = null
  server.on('request', (_request, response: ServerResponse) => {
    answering.add(response)
    response.once('close', () => {
      answering.delete(response)
      if (answering.size === 0) whenQuiet?.()
    })
  })
  const isStream = (response: ServerResponse) =>
    String(response.getHeader('content-type') ?? '').startsWith('text/event-stream')
  return async () => {
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    for (const response of answering) if (isStream(response)) response.destroy()
    server.closeIdleConnections()
    if (answering.size > 0) {
      const { promise, resolve } = Promise.withResolvers<void>()
      whenQuiet = resolve
      const timeout = setTimeout(resolve, graceMs)
      await promise
      clearTimeout(timeout)
    }
    server.closeAllConnections()
    await closed
  }
}
