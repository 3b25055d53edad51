import { Popover as BasePopover } from '@base-ui/react/popover'
import type { ReactElement, ReactNode } from 'react'
import styles from './popover.module.css'
import popup from './popup.module.css'

/**
 * A small window on a button, for controls that are seldom needed. Escape or a press beside it closes it. With `open` its
 * owner says whether it is shown.
 */
export const Popover = ({
  label,
  trigger,
  open,
  onOpenChange,
  children,
}: {
  label: string
  trigger: ReactElement<Record<string, unknown>>
  open?: boolean
  onOpenChange?: (open: boolean) => void
  children: ReactNode
}) => (
  <BasePopover.Root
    {...(open !== undefined && { open })}
    {...(onOpenChange && { onOpenChange: (next: boolean) => onOpenChange(next) })}
  >
    <BasePopover.Trigger render={trigger} />
    <BasePopover.Portal>
      <BasePopover.Positioner className={popup.positioner} sideOffset={6} align="start">
        <BasePopover.Popup className={styles.popup} aria-label={label}>
          {children}
        </BasePopover.Popup>
      </BasePopover.Positioner>
    </BasePopover.Portal>
  </BasePopover.Root>
)
