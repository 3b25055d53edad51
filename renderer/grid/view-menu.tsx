import { useCommandCenter, useKeyOf } from '../keys/command-center.tsx'
import type { CommandId } from '../keys/commands.ts'
import { IconButton } from '../ui/button.tsx'
import type { IconName } from '../ui/icon.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'

const views: readonly { readonly id: CommandId; readonly label: string; readonly icon: IconName }[] = [
  { id: 'openLoupe', label: 'Loupe', icon: 'image' },
  { id: 'compare', label: 'Compare two', icon: 'compare' },
  { id: 'survey', label: 'Survey the selection', icon: 'flat' },
  { id: 'siblings', label: 'Survey the row', icon: 'rows' },
  { id: 'shootOut', label: 'Shoot-out', icon: 'table' },
]

/** The ways to look at drafts, for a hand on the mouse; each has its key beside it. */
export const ViewMenu = ({ more = [] }: { more?: readonly MenuItem[] }) => {
  const center = useCommandCenter()
  const keyOf = useKeyOf()
  return (
    <Menu
      align="end"
      trigger={<IconButton icon="compare" label="Loupe, compare, survey, shoot-out" />}
      items={[
        ...views.map(({ id, label, icon }) => ({ label, icon, keys: keyOf(id), onSelect: () => void center.run(id) })),
        'line' as const,
        { label: 'History', icon: 'history', keys: keyOf('history'), onSelect: () => void center.run('history') },
        ...(more.length > 0 ? ['line' as const, ...more] : []),
      ]}
    />
  )
}
