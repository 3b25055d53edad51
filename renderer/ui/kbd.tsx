import { isApple } from '../api/host.ts'
import { keyLabel } from '../keys/key-label.ts'
import styles from './kbd.module.css'

/** A key as a person sees it on the keyboard: `Mod+Enter` reads `Ctrl Enter`, or `⌘ ⏎` on a Mac. */
export const Kbd = ({ keys }: { keys: string }) => <kbd className={styles.kbd}>{keyLabel(keys, isApple)}</kbd>
