/** A reply with a file as its body, before any transport: the web host and the desktop's protocol send it as it is. */
export interface FileReply {
  readonly status: 200 | 304 | 404
  readonly headers: Readonly<Record<string, string>>
  /** The file to send; null for an empty body. */
  readonly file: string | null
}

/** An address that names nothing, and says no more than that. */
export const notFoundReply: FileReply = { status: 404, headers: { 'cache-control': 'no-store' }, file: null }
