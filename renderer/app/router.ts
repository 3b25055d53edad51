/** Where the window is. The address after `#` holds it, so that back, forward and a restart come back to it. */
export type Route =
  | { readonly page: 'library' }
  | { readonly page: 'load'; readonly sheetId: number }
  | { readonly page: 'batch'; readonly batchId: number; readonly tileId: number | null }
  | { readonly page: 'queue' }
  | { readonly page: 'settings' }
  | { readonly page: 'missing'; readonly address: string }

const idFrom = (text: string | undefined): number | null =>
  text !== undefined && /^[1-9]\d{0,15}$/.test(text) ? Number(text) : null

/** `#/batch/3/image/17` -> batch 3 with tile 17 in the loupe. */
export function parseRoute(hash: string): Route {
  const [page = '', first, part, second, ...rest] = hash.replace(/^#?\/?/, '').split('/')
  const firstId = idFrom(first)
  const secondId = idFrom(second)
  if (page === '' && first === undefined) return { page: 'library' }
  if ((page === 'queue' || page === 'settings') && first === undefined) return { page }
  if (page === 'load' && firstId !== null && part === undefined) return { page, sheetId: firstId }
  if (page === 'batch' && firstId !== null && rest.length === 0) {
    if (part === undefined) return { page, batchId: firstId, tileId: null }
    if (part === 'image' && secondId !== null) return { page, batchId: firstId, tileId: secondId }
  }
  return { page: 'missing', address: hash }
}

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'library':
      return '#/'
    case 'load':
      return `#/load/${route.sheetId}`
    case 'batch':
      return route.tileId === null ? `#/batch/${route.batchId}` : `#/batch/${route.batchId}/image/${route.tileId}`
    case 'queue':
    case 'settings':
      return `#/${route.page}`
    case 'missing':
      return route.address
  }
}
