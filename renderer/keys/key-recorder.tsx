import { useEffect, useRef } from 'react'
import { pressOf } from './key-place.ts'
import { keysOfPress } from './shortcuts.ts'
import styles from './shortcuts-dialog.module.css'

/** Takes the next key pressed. Escape leaves; Tab stays the browser's own. */
export const KeyRecorder = ({
  title,
  onKeys,
  onCancel,
}: {
  title: string
  onKeys: (keys: string) => void
  onCancel: () => void
}) => {
  const button = useRef<HTMLButtonElement>(null)
  useEffect(() => button.current?.focus(), [])
  return (
    <button
      ref={button}
      type="button"
      className={styles.recorder}
      aria-label={`Press the new key for ${title}, or Escape`}
      onBlur={onCancel}
      onClick={onCancel}
      onKeyDown={(event) => {
        if (event.key === 'Tab') return
        event.preventDefault()
        event.stopPropagation()
        // The window listens too: this key is not for it.
        event.nativeEvent.stopImmediatePropagation()
        if (event.key === 'Escape') return onCancel()
        const keys = keysOfPress(pressOf(event.nativeEvent))
        if (keys !== null) onKeys(keys)
      }}
    >
      Press a key
    </button>
  )
}
