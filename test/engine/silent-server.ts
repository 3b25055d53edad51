import { createServer } from 'node:http'

export interface SilentServer {
  readonly url: string
  /** How many requests have come. */
  readonly asked: () => number
  readonly close: () => Promise<void>
}

/** Takes every request and never answers. */
export async function openSilentServer(): Promise<SilentServer> {
  let asked = 0
  const server = createServer(() => {
    asked++
  })
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done))
  const address = server.address()
  return {
    url: `http://127.0.0.1:${typeof address === 'object' ? address?.port : 0}`,
    asked: () => asked,
    close: () =>
      new Promise((done) => {
        server.close(() => done())
        server.closeAllConnections()
      }),
  }
}
