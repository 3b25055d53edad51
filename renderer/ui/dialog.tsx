import { Dialog as BaseDialog } from '@base-ui/react/dialog'
import type { ReactNode } from 'react'
import { classNames } from './class-names.ts'
import styles from './dialog.module.css'
import { Icon } from './icon.tsx'

/** A modal window with a title, a body that scrolls, and a foot for its buttons. Escape and the cross close it. */
export const Dialog = ({
  title,
  description,
  open,
  onClose,
  width = 'medium',
  foot,
  children,
}: {
  title: string
  description?: ReactNode
  open: boolean
  onClose: () => void
  width?: 'small' | 'medium' | 'wide'
  foot?: ReactNode
  children: ReactNode
}) => (
  <BaseDialog.Root open={open} onOpenChange={(next) => !next && onClose()}>
    <BaseDialog.Portal>
      <BaseDialog.Backdrop className={styles.backdrop} />
      <BaseDialog.Popup className={classNames(styles.popup, styles[width])}>
        <header className={styles.head}>
          <div className={styles.titles}>
            <BaseDialog.Title className={styles.title}>{title}</BaseDialog.Title>
            {description && (
              <BaseDialog.Description className={styles.description}>{description}</BaseDialog.Description>
            )}
          </div>
        </header>
        <div className={styles.body}>{children}</div>
        {foot && <footer className={styles.foot}>{foot}</footer>}
        {/* Last in the order of Tab, so that the dialog opens on its content. */}
        <BaseDialog.Close className={styles.close} aria-label="Close" title="Close (Esc)">
          <Icon name="cross" />
        </BaseDialog.Close>
      </BaseDialog.Popup>
    </BaseDialog.Portal>
  </BaseDialog.Root>
)
