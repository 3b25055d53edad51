/** Where the window is. The address after `#` holds it, so that back, forward and a restart come back to it. */
export type Route =
  | { readonly page: 'library' }
  | { readonly page: 'load'; readonly sheetId: number }
  | { readonly page: 'batch'; readonly batchId: number; readonly tileId: number | null; readonly view?: SideBySide }
  | { readonly page: 'queue' }
  | { readonly page: 'settings' }
  | { readonly page: 'missing'; readonly address: string }

/** A view over the grid that shows several pictures. `tileId` of its route is `null`. */
export type SideBySide =
  | { readonly kind: 'compare'; readonly tileIds: readonly number[] }
  | { readonly kind: 'survey'; readonly tileIds: readonly number[] }
  | { readonly kind: 'shoot-out' }

/** More pictures are never shown beside each other. */
export const mostSideBySide = 24

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
    const view = sideBySideFrom(part, second)
    if (view) return { page, batchId: firstId, tileId: null, view }
  }
  return { page: 'missing', address: hash }
}

/** `compare`, `17,18` -> those two tiles beside each other; `null` for what is none of these views. */
function sideBySideFrom(part: string, tiles: string | undefined): SideBySide | null {
  if (part === 'shoot-out') return tiles === undefined ? { kind: part } : null
  if (part !== 'compare' && part !== 'survey') return null
  const tileIds = (tiles ?? '').split(',').flatMap((text) => idFrom(text) ?? [])
  if (tileIds.length === 0 || tileIds.length > mostSideBySide) return null
  return part === 'compare' ? { kind: part, tileIds: tileIds.slice(0, 2) } : { kind: part, tileIds }
}

const viewHref = (view: SideBySide): string =>
  view.kind === 'shoot-out' ? view.kind : `${view.kind}/${view.tileIds.join(',')}`

export function hrefOf(route: Route): string {
  switch (route.page) {
    case 'library':
      return '#/'
    case 'load':
      return `#/load/${route.sheetId}`
    case 'batch':
      if (route.view) return `#/batch/${route.batchId}/${viewHref(route.view)}`
      return route.tileId === null ? `#/batch/${route.batchId}` : `#/batch/${route.batchId}/image/${route.tileId}`
    case 'queue':
    case 'settings':
      return `#/${route.page}`
    case 'missing':
      return route.address
  }
}
