import { type MouseEvent, type RefObject, useState } from 'react'
import { useCommandCenter, useCommands, useKeyOf } from '../keys/command-center.tsx'
import { type CommandId, commands } from '../keys/commands.ts'
import type { IconName } from '../ui/icon.tsx'
import { MenuAt, type MenuItem } from '../ui/menu.tsx'
import { useReview, useReviewState } from './session-context.tsx'

type Line = readonly [id: CommandId, icon?: IconName]

/** What can be done with a tile, in groups; what cannot be done now is left out. */
const groups: readonly (readonly Line[])[] = [
  [['retryTile', 'retry'], ['editTile', 'pencil'], ['otherModel'], ['dismissTile', 'cross']],
  [['approve', 'check'], ['reject', 'cross'], ['undecide'], ['keepOnly']],
  [
    ['hires', 'expand'],
    ['reroll', 'retry'],
    ['asReference', 'image'],
  ],
  [
    ['openLoupe', 'image'],
    ['compare', 'compare'],
    ['siblings', 'rows'],
    ['stack', 'stacks'],
  ],
]

/**
 * The menu of the pointer's other button and of the menu key; `returnTo` gets the focus back. Drawn by the view that
 * offers it: the grid where nothing lies over it, the loupe.
 */
export function useTileMenu(
  returnTo: RefObject<HTMLElement | null>,
  tileIdAt: (target: EventTarget) => number | null,
  { isCovered = false, without }: { isCovered?: boolean; without?: CommandId } = {},
) {
  const session = useReview()
  const center = useCommandCenter()
  const keyOf = useKeyOf()
  const [place, setPlace] = useState<DOMRect | null>(null)
  const hasPicture = useReviewState(({ focusId }) => focusId !== null && session.tiles.get(focusId)?.image !== null)

  const onContextMenu = (event: MouseEvent) => {
    const { focusId, selection } = session.state()
    const tileId = tileIdAt(event.target)
    if (tileId === null) return
    event.preventDefault()
    // On a selected tile it is about the selection, as a key would be; on another, about that one.
    if (tileId !== focusId) session.focus(tileId, selection.ids.has(tileId) ? selection : undefined)
    setPlace(new DOMRect(event.clientX, event.clientY, 0, 0))
  }
  const openAtFocus = () => {
    const cell = document.getElementById(`tile-${session.state().focusId}`) ?? returnTo.current
    const box = cell?.getBoundingClientRect()
    if (box) setPlace(new DOMRect(box.x + box.width / 2, box.y + box.height / 2, 0, 0))
  }
  useCommands(isCovered ? {} : { tileMenu: openAtFocus })

  const item = ([id, icon]: Line): MenuItem => ({
    label: commands.find((command) => command.id === id)?.title ?? id,
    ...(icon && { icon }),
    keys: keyOf(id),
    onSelect: () => void center.run(id),
  })
  const isMark = (id: CommandId): boolean =>
    ['approve', 'reject', 'undecide', 'keepOnly', 'hires', 'reroll'].includes(id)
  const items = groups
    .map((group) => group.filter(([id]) => id !== without && center.can(id) && (hasPicture || !isMark(id))))
    .filter((group) => group.length > 0)
    .flatMap((group, at) => [...(at > 0 ? ['line' as const] : []), ...group.map(item)])

  const menu = place && (
    <MenuAt place={place} label="This draft" items={items} returnTo={returnTo} onClose={() => setPlace(null)} />
  )
  return { onContextMenu, menu }
}
