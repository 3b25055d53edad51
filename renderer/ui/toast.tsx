import { Toast } from '@base-ui/react/toast'
import type { ReactNode } from 'react'
import { messageOf } from '#shared/errors.ts'
import { Button, IconButton } from './button.tsx'
import { Icon } from './icon.tsx'
import styles from './toast.module.css'

const manager = Toast.createToastManager<{ action?: { label: string; run: () => void } }>()

export interface Notice {
  readonly title: string
  readonly text?: string
  readonly kind?: 'plain' | 'error'
  readonly action?: { readonly label: string; readonly run: () => void }
}

/** Shows a short notice. An error stays for ten seconds and is read out at once. */
export function notify({ title, text, kind = 'plain', action }: Notice): void {
  manager.add({
    title,
    type: kind,
    priority: kind === 'error' ? 'high' : 'low',
    timeout: kind === 'error' ? 10_000 : 5000,
    ...(text !== undefined && { description: text }),
    ...(action && { data: { action } }),
  })
}

/** The notice of a thrown value: what was being done, and the error's own sentence. */
export const notifyError = (title: string, error: unknown): void =>
  notify({ title, text: messageOf(error), kind: 'error' })

const Toasts = () => {
  const { toasts } = Toast.useToastManager<{ action?: { label: string; run: () => void } }>()
  return toasts.map((toast) => (
    <Toast.Root key={toast.id} toast={toast} className={styles.toast} swipeDirection={['right', 'down']}>
      <span className={styles.lead}>{toast.type === 'error' && <Icon name="warning" />}</span>
      <div className={styles.text}>
        <Toast.Title className={styles.title} />
        <Toast.Description className={styles.description} />
      </div>
      {toast.data?.action && (
        <Button
          onClick={() => {
            toast.data?.action?.run()
            manager.close(toast.id)
          }}
        >
          {toast.data.action.label}
        </Button>
      )}
      <Toast.Close render={<IconButton icon="cross" label="Dismiss this notice" />} />
    </Toast.Root>
  ))
}

export const ToastProvider = ({ children }: { children: ReactNode }) => (
  <Toast.Provider toastManager={manager} limit={3}>
    {children}
    <Toast.Portal>
      <Toast.Viewport className={styles.viewport}>
        <Toasts />
      </Toast.Viewport>
    </Toast.Portal>
  </Toast.Provider>
)
