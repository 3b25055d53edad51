import { Button } from './button.tsx'
import styles from './path-field.module.css'
import { TextField } from './text-field.tsx'
import { notifyError } from './toast.tsx'

/** A whole path on the host's machine, typed, or chosen where the host has a window for it (`choose`). */
export const PathField = ({
  label,
  value,
  hint,
  choose,
  onChange,
}: {
  label: string
  value: string
  hint?: string
  choose: (() => Promise<string | null>) | undefined
  onChange: (path: string) => void
}) => {
  const pick = async () => {
    const path = await choose?.()
    if (path) onChange(path)
  }
  return (
    <div className={styles.path}>
      <TextField
        label={label}
        mono
        spellCheck={false}
        autoComplete="off"
        placeholder="a whole path"
        value={value}
        hint={hint}
        onChange={(event) => onChange(event.target.value)}
      />
      {choose && (
        <Button icon="folder" onClick={() => pick().catch((error) => notifyError('Nothing was chosen', error))}>
          Choose
        </Button>
      )}
    </div>
  )
}
