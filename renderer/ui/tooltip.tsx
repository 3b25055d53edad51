import { Tooltip } from '@base-ui/react/tooltip'
import type { ReactElement, ReactNode } from 'react'
import { Kbd } from './kbd.tsx'
import styles from './tooltip.module.css'

export const TipProvider = ({ children }: { children: ReactNode }) => (
  <Tooltip.Provider delay={500} closeDelay={0}>
    {children}
  </Tooltip.Provider>
)

/** A hint on hover and focus, with the key that does the same. The child must take props and a ref. */
export const Tip = ({
  text,
  keys,
  side = 'bottom',
  children,
}: {
  text: ReactNode
  keys?: string | undefined
  side?: 'top' | 'bottom' | 'left' | 'right'
  children: ReactElement<Record<string, unknown>>
}) => (
  <Tooltip.Root>
    <Tooltip.Trigger render={children} />
    <Tooltip.Portal>
      <Tooltip.Positioner side={side} sideOffset={6} className={styles.positioner}>
        <Tooltip.Popup className={styles.popup}>
          {text}
          {keys && <Kbd keys={keys} />}
        </Tooltip.Popup>
      </Tooltip.Positioner>
    </Tooltip.Portal>
  </Tooltip.Root>
)
