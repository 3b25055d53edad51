import { InvalidArgumentError } from 'commander'
import { type Call, type CommandLine, wholeNumber } from './call.ts'
import { serveWindow } from './web-window.ts'

interface ServeOptions {
  readonly port?: number
  readonly publicUrl?: string | null
  readonly hooksPort: number
  readonly hooksHost: string
}

export function addServe(line: CommandLine): void {
  line
    .add('serve', 'Serve the window and the REST interface on this machine, until Ctrl+C')
    .option('--port <n>', 'the port; 0 takes a free one (default: 4780)', wholeNumber(0, 65_535))
    .option('--public-url <url>', 'where services reach this machine with their webhooks, https://...', publicAddress)
    .option('--hooks-port <n>', 'the port that takes the webhooks and nothing else', wholeNumber(0, 65_535), 4781)
    .option('--hooks-host <address>', 'the address that it listens on', '127.0.0.1')
    .action(line.plain(serve))
}

async function serve(call: Call, { port, publicUrl = null, hooksPort, hooksHost }: ServeOptions): Promise<number> {
  const options = { host: 'proofsheet serve', port, anyPort: false, publicUrl }
  return serveWindow(call, options, async ({ host, engine, stop }) => {
    const { url, urlWithToken, bearerToken } = host
    const lines = [
      `Proofsheet is at ${urlWithToken}`,
      `REST is at ${url}api with the header "Authorization: Bearer ${bearerToken}" (${url}api/openapi.json lists it)`,
    ]
    if (publicUrl === null) {
      call.out.answer({ url, urlWithToken, bearerToken }, [...lines, 'Ctrl+C ends it.'].join('\n'))
      return
    }
    const { startHookListener } = await import('../web/hook-listener.ts')
    const listener = await startHookListener({ receive: engine.receiveHook, port: hooksPort, host: hooksHost })
    const hooksUrl = `http://${hooksHost.includes(':') ? `[${hooksHost}]` : hooksHost}:${listener.port}/hooks/`
    const answer = { url, urlWithToken, bearerToken, hooksUrl, publicUrl }
    const hooksLine = `Webhooks for ${publicUrl}/hooks/... are taken at ${hooksUrl}... and nothing else is.`
    call.out.answer(answer, [...lines, hooksLine, 'Ctrl+C ends it.'].join('\n'))
    await stop.asked
    await listener.close()
  })
}

/** `https://host/path` without a slash at its end. Plain http only to this machine, to try it out. */
function publicAddress(text: string): string {
  const url = URL.canParse(text) ? new URL(text) : null
  const isHere = url?.protocol === 'http:' && /^(localhost|127\.\d+\.\d+\.\d+|\[::1\])$/.test(url.hostname)
  if (url && (url.protocol === 'https:' || isHere) && !url.username && !url.password && !url.search && !url.hash)
    return url.href.replace(/\/+$/, '')
  throw new InvalidArgumentError('Give an address that services can reach, such as https://proofs.example.com.')
}
