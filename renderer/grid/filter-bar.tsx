import type { ReactNode } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Decision } from '#shared/contract/common.ts'
import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { profileName } from '#shared/generation-request.ts'
import { withPart } from '../review/filter.ts'
import { IconButton } from '../ui/button.tsx'
import { Chip } from '../ui/chip.tsx'
import { Icon } from '../ui/icon.tsx'
import { Menu } from '../ui/menu.tsx'
import { Select } from '../ui/select.tsx'
import { BatchMenu } from './batch-menu.tsx'
import styles from './filter-bar.module.css'
import { moreParts } from './filter-parts.ts'
import { MoreFilters } from './more-filters.tsx'
import { SavedViews } from './saved-views.tsx'
import { Search } from './search.tsx'
import { ViewControls } from './view-controls.tsx'
import { ViewMenu } from './view-menu.tsx'

const decisions: readonly { value: Decision; title: string }[] = [
  { value: 'undecided', title: 'Undecided' },
  { value: 'approved', title: 'Approved' },
  { value: 'rejected', title: 'Rejected' },
]
const troubled = ['failed', 'unknown'] as const

const orders: readonly { value: TileOrder; label: string }[] = [
  { value: 'sheet', label: 'As in the sheet' },
  { value: 'undecided-first', label: 'Undecided first' },
  { value: 'newest', label: 'Newest first' },
]

/** What is shown and in which order, and how large. Chips add up within a kind and narrow across kinds. */
export const FilterBar = ({
  batch,
  filter,
  order,
  onFilter,
  onOrder,
}: {
  batch: BatchStatus | undefined
  filter: TileFilter
  order: TileOrder
  onFilter: (filter: TileFilter) => void
  onOrder: (order: TileOrder) => void
}) => {
  const chosen = filter.decisions ?? []
  const failed = (batch?.drafts.failed ?? 0) + (batch?.drafts.unknown ?? 0) - (batch?.dismissed?.drafts ?? 0)
  const earlier = batch?.earlierTiles ?? { removed: 0, changed: 0 }
  const models = [...new Set(batch?.settings.profiles.map((profile) => profile.model) ?? [])]
  return (
    <div className={styles.bar} role="toolbar" aria-label="Filter and view" data-region="filter" data-dims="">
      {decisions.map(({ value, title }) => (
        <Chip
          key={value}
          on={chosen.includes(value)}
          count={batch?.decisions[value]}
          onChange={(on) => {
            const next = on ? [...chosen, value] : chosen.filter((each) => each !== value)
            onFilter(withPart(filter, 'decisions', next.length === 0 ? undefined : next))
          }}
        >
          {title}
        </Chip>
      ))}
      {(batch?.decisions.marked ?? 0) > 0 && (
        <Toggle name="hires" filter={filter} value={true} onFilter={onFilter} count={batch?.decisions.marked}>
          Full size
        </Toggle>
      )}
      {(failed > 0 || filter.states !== undefined) && (
        <Toggle name="states" filter={filter} value={[...troubled]} onFilter={onFilter} count={failed}>
          Failed
        </Toggle>
      )}
      {(earlier.removed > 0 || filter.sheet === 'removed') && (
        <Toggle name="sheet" filter={filter} value="removed" onFilter={onFilter} count={earlier.removed}>
          No longer in the sheet
        </Toggle>
      )}
      <Toggle name="flagged" filter={filter} value={true} onFilter={onFilter}>
        Flagged
      </Toggle>
      {models.length > 1 && batch && (
        <Select
          label="Model"
          prefix="model:"
          round
          value={filter.models?.[0] ?? ''}
          choices={[
            { value: '', label: 'all' },
            ...batch.settings.profiles.map((profile) => ({ value: profileName(profile), label: profileName(profile) })),
          ]}
          onChange={(model) => onFilter(withPart(filter, 'models', model === '' ? undefined : [model]))}
        />
      )}
      {moreParts(filter).map(({ text, without }) => (
        <Chip key={text} on onChange={() => onFilter(without)}>
          {text} <Icon name="cross" size={10} />
        </Chip>
      ))}
      <MoreFilters batch={batch} filter={filter} onFilter={onFilter} />
      <Search
        words={filter.search ?? ''}
        onSearch={(words) => onFilter(withPart(filter, 'search', words || undefined))}
      />
      <div className={styles.tools}>
        <SavedViews
          filter={filter}
          order={order}
          onOpen={(view) => {
            onFilter(view.filter)
            onOrder(view.order)
          }}
        />
        <Menu
          align="end"
          trigger={<IconButton icon="sort" label={`Order: ${orders.find((each) => each.value === order)?.label}`} />}
          items={orders.map(({ value, label }) => ({
            label,
            ...(value === order && { icon: 'check' as const }),
            onSelect: () => onOrder(value),
          }))}
        />
        {batch ? <BatchMenu batch={batch} /> : <ViewMenu />}
        <ViewControls canGroup={order === 'sheet'} />
      </div>
    </div>
  )
}

/** A chip for one part of the filter that is either set to a value or not there. */
function Toggle<Name extends keyof TileFilter>({
  name,
  value,
  filter,
  onFilter,
  count,
  children,
}: {
  name: Name
  value: NonNullable<TileFilter[Name]>
  filter: TileFilter
  onFilter: (filter: TileFilter) => void
  count?: number | undefined
  children: ReactNode
}) {
  return (
    <Chip
      on={filter[name] !== undefined}
      count={count}
      onChange={(on) => onFilter(withPart(filter, name, on ? value : undefined))}
    >
      {children}
    </Chip>
  )
}
