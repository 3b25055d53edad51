import { useState } from 'react'
import type { SavedView } from '#shared/contract/settings.ts'
import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { isFiltering } from '../review/filter.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { TextField } from '../ui/text-field.tsx'
import { notify, notifyError } from '../ui/toast.tsx'
import { filterWords } from './filter-parts.ts'
import { isSameView, withView } from './views.ts'

/** Filters and orders under a name: a menu to go to one, to keep what is shown now, and to forget the one that is shown. */
export const SavedViews = ({
  filter,
  order,
  onOpen,
}: {
  filter: TileFilter
  order: TileOrder
  onOpen: (view: SavedView) => void
}) => {
  const [isNaming, setIsNaming] = useState(false)
  const views = useSettings().data?.views ?? []
  const { mutate: changeSettings } = useChangeSettings()
  const store = (next: readonly SavedView[]) =>
    changeSettings({ views: [...next] }, { onError: (error) => notifyError('The views could not be stored', error) })
  const shown = views.find((view) => isSameView(view, filter, order))

  const forget = (view: SavedView) => {
    store(views.filter((each) => each !== view))
    notify({ title: `“${view.name}” is forgotten`, action: { label: 'Keep it', run: () => store(views) } })
  }
  const items: (MenuItem | 'line')[] = [
    {
      label: 'All drafts',
      ...(!isFiltering(filter) && order === 'sheet' && { icon: 'check' as const }),
      onSelect: () => onOpen({ name: '', filter: {}, order: 'sheet' }),
    },
    ...views.map((view) => ({
      label: view.name,
      ...(view === shown && { icon: 'check' as const }),
      onSelect: () => onOpen(view),
    })),
    'line',
    {
      label: 'Save this view',
      icon: 'plus',
      disabled: shown !== undefined || (!isFiltering(filter) && order === 'sheet'),
      onSelect: () => setIsNaming(true),
    },
    ...(shown ? [{ label: `Forget “${shown.name}”`, icon: 'cross' as const, onSelect: () => forget(shown) }] : []),
  ]
  return (
    <>
      <Menu
        align="end"
        trigger={<IconButton icon="views" label={shown ? `View: ${shown.name}` : 'Saved views'} />}
        items={items}
      />
      {isNaming && (
        <NameDialog
          usual={filterWords(filter)}
          taken={views.map((view) => view.name)}
          onClose={() => setIsNaming(false)}
          onName={(name) => {
            store(withView(views, { name, filter, order }))
            setIsNaming(false)
          }}
        />
      )}
    </>
  )
}

const NameDialog = ({
  usual,
  taken,
  onName,
  onClose,
}: {
  usual: string
  taken: readonly string[]
  onName: (name: string) => void
  onClose: () => void
}) => {
  const [name, setName] = useState(usual.slice(0, 60))
  const trimmed = name.trim()
  const save = () => {
    if (trimmed !== '') onName(trimmed)
  }
  return (
    <Dialog
      title="Save this view"
      description="Its filter and its order, for every batch of this library."
      width="small"
      open
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="go" disabled={trimmed === ''} onClick={save}>
            {taken.includes(trimmed) ? 'Replace' : 'Save'}
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        maxLength={60}
        hint={taken.includes(trimmed) ? 'A view of this name is there: it will be replaced.' : undefined}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && save()}
      />
    </Dialog>
  )
}
