import { Menu as BaseMenu } from '@base-ui/react/menu'
import type { ReactElement, RefObject } from 'react'
import { Icon, type IconName } from './icon.tsx'
import { Kbd } from './kbd.tsx'
import styles from './popup.module.css'

export interface MenuItem {
  readonly label: string
  readonly icon?: IconName
  readonly keys?: string | undefined
  readonly danger?: boolean
  readonly disabled?: boolean
  readonly onSelect: () => void
}

type Items = readonly (MenuItem | 'line')[]

/** A menu on a button; `'line'` draws a separator. */
export const Menu = ({
  trigger,
  items,
  align = 'start',
}: {
  trigger: ReactElement<Record<string, unknown>>
  items: Items
  align?: 'start' | 'end'
}) => (
  <BaseMenu.Root>
    <BaseMenu.Trigger render={trigger} />
    <BaseMenu.Portal>
      <BaseMenu.Positioner className={styles.positioner} sideOffset={4} align={align}>
        <BaseMenu.Popup className={styles.popup}>
          <Lines items={items} />
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  </BaseMenu.Root>
)

/** A menu at a place of the window, open as long as it is drawn; closed, the focus goes to `returnTo`. */
export const MenuAt = ({
  place,
  label,
  items,
  returnTo,
  onClose,
}: {
  place: DOMRect
  label: string
  items: Items
  returnTo: RefObject<HTMLElement | null>
  onClose: () => void
}) => (
  <BaseMenu.Root
    open
    onOpenChange={(open) => {
      if (!open) onClose()
    }}
  >
    {/* In the page's main part: what stands in no landmark is not found by those who go by them. */}
    <BaseMenu.Portal container={returnTo.current?.closest('main')}>
      <BaseMenu.Positioner
        className={styles.positioner}
        anchor={{ getBoundingClientRect: () => place }}
        sideOffset={2}
        align="start"
      >
        <BaseMenu.Popup className={styles.popup} aria-label={label} finalFocus={returnTo}>
          <Lines items={items} />
        </BaseMenu.Popup>
      </BaseMenu.Positioner>
    </BaseMenu.Portal>
  </BaseMenu.Root>
)

const Lines = ({ items }: { items: Items }) =>
  items.map((item, index) =>
    item === 'line' ? (
      // biome-ignore lint/suspicious/noArrayIndexKey: separators have no identity but their place
      <BaseMenu.Separator key={`line-${index}`} className={styles.separator} />
    ) : (
      <BaseMenu.Item
        key={item.label}
        className={styles.item}
        onClick={item.onSelect}
        disabled={item.disabled ?? false}
        data-danger={item.danger ? '' : undefined}
      >
        <span className={styles.lead}>{item.icon && <Icon name={item.icon} />}</span>
        <span className={styles.label}>{item.label}</span>
        {item.keys && <Kbd keys={item.keys} />}
      </BaseMenu.Item>
    ),
  )
