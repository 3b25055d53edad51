import type { Deliverable } from '#engine/tiles/tiles.ts'
import type { DeliverySettings } from '#shared/contract/delivery.ts'
import { collisionKey, safeFileName } from '#shared/filename-template.ts'
import { type DeliveryFolder, deliveryFolders } from './choose.ts'

/** Names at the top of a target that are ours, whatever the sheet's cells say. */
const ownNames = /^(?:manifest\.(?:json|csv)|checksums\.sha256|contact-sheet(?:-\d+)?\.html)$/i

/** The folders that a layout keeps, whether or not a picture goes into them. */
export const layoutFolders = (layout: DeliverySettings['layout']): readonly DeliveryFolder[] =>
  layout === 'approved' ? ['approved'] : layout === 'by-decision' ? deliveryFolders : []

/**
 * Says which folder of the target a picture goes to, `''` for none. A column's cells become folder names that are safe
 * everywhere; those that some disk takes for one are one folder, spelled as it is met first.
 */
export function folderNames({ layout, column }: Pick<DeliverySettings, 'layout' | 'column'>) {
  const spelled = new Map<string, string>()
  const ofCell = (cell: string): string => {
    const safe = safeFileName(cell.trim() === '' ? `no ${column}` : cell, '')
    const name = ownNames.test(safe) ? `_${safe}` : safe
    const key = collisionKey(name)
    const known = spelled.get(key)
    if (known === undefined) spelled.set(key, name)
    return known ?? name
  }
  return (image: Deliverable, folder: DeliveryFolder): string => {
    if (layout === 'flat') return ''
    return layout === 'by-column' ? ofCell(cellOf(image.columns, column ?? '')) : folder
  }
}

const folded = (name: string): string => name.trim().toLowerCase()

export const isColumn = (columns: readonly string[], name: string): boolean =>
  columns.some((column) => folded(column) === folded(name))

const cellOf = (columns: Readonly<Record<string, string>>, name: string): string =>
  columns[name] ?? Object.entries(columns).find(([column]) => folded(column) === folded(name))?.[1] ?? ''

/** Every folder that these files stand in, those above others first. */
export function foldersOf(paths: readonly string[]): string[] {
  const folders = new Set<string>()
  for (const path of paths) {
    const parts = path.split('/').slice(0, -1)
    for (let depth = 1; depth <= parts.length; depth++) folders.add(parts.slice(0, depth).join('/'))
  }
  return [...folders].sort()
}
