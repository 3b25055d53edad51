import { readdir } from 'node:fs/promises'
import { extname, join, relative, sep } from 'node:path'
import { AppError } from '#shared/errors.ts'
import { pagePolicy } from './content-policy.ts'
import { type FileReply, notFoundReply } from './file-reply.ts'

const contentTypes: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.webmanifest': 'application/manifest+json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
}

/** Answers a path (`/`, `/assets/index-1a2b.js`) with a file of the built window, or with 404. */
export type RendererFiles = (path: string) => FileReply

/**
 * Lists the built window's files once. A path is looked up in that list exactly as it came, so no spelling of it can
 * reach anything else; links are not listed. Throws `not-found` where the window has not been built.
 */
export async function listRendererFiles(folder: string): Promise<RendererFiles> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true }).catch((cause: unknown) => {
    throw new AppError('not-found', notBuilt(folder), { cause })
  })
  const files = new Map<string, string>()
  for (const entry of entries) {
    if (!entry.isFile() || !contentTypes[extname(entry.name)]) continue
    const file = join(entry.parentPath, entry.name)
    files.set(`/${relative(folder, file).split(sep).join('/')}`, file)
  }
  const index = files.get('/index.html')
  if (!index) throw new AppError('not-found', notBuilt(folder))
  files.set('/', index)
  return (path) => {
    const file = files.get(path)
    if (!file) return notFoundReply
    const type = contentTypes[extname(file)] ?? 'application/octet-stream'
    // Vite names the files in assets/ by their content.
    const isNamedByContent = path.startsWith('/assets/')
    const headers = {
      'content-type': type,
      'cache-control': isNamedByContent ? 'private, max-age=31536000, immutable' : 'no-cache',
      ...(type.startsWith('text/html') ? { 'content-security-policy': pagePolicy } : {}),
    }
    return { status: 200, headers, file }
  }
}

const notBuilt = (folder: string) =>
  `The window's files are not in ${folder}. Build them with "npm run build", then start again.`
