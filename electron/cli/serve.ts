import { type Call, type CommandLine, wholeNumber } from './call.ts'
import { serveWindow } from './web-window.ts'

interface ServeOptions {
  readonly port?: number
}

export function addServe(line: CommandLine): void {
  line
    .add('serve', 'Serve the window and the REST interface on this machine, until Ctrl+C')
    .option('--port <n>', 'the port; 0 takes a free one (default: 4780)', wholeNumber(0, 65_535))
    .action(line.plain(serve))
}

const serve = (call: Call, { port }: ServeOptions): Promise<number> =>
  serveWindow(call, { host: 'proofsheet serve', port, anyPort: false }, async ({ host }) => {
    const { url, urlWithToken, bearerToken } = host
    call.out.answer(
      { url, urlWithToken, bearerToken },
      [
        `Proofsheet is at ${urlWithToken}`,
        `REST is at ${url}api with the header "Authorization: Bearer ${bearerToken}" (${url}api/openapi.json lists it)`,
        'Ctrl+C ends it.',
      ].join('\n'),
    )
  })
