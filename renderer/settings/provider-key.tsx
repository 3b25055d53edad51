import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { useSetKey } from '../api/changes.ts'
import { Button } from '../ui/button.tsx'
import { TextField } from '../ui/text-field.tsx'
import styles from './settings-page.module.css'

/** Where a provider's key comes from, for people. */
function keyText({ key, keyNote, keyVariable }: ProviderInfo): string {
  const orVariable = keyVariable ? ` ${keyVariable} in the environment serves as well.` : ''
  switch (key) {
    case 'none-needed':
      return `No key is needed. Where its server asks for one, it can be stored here.${orVariable}`
    case 'missing':
      return `No key yet. It is stored outside the library and cannot be read back.${orVariable}`
    case 'environment':
      return `The key comes from ${keyVariable ?? 'the environment'}, and is used even where another one is stored here.`
    case 'keyring':
      return keyNote ? `The key is in the system’s keyring. ${keyNote}` : 'Kept in the system’s keyring.'
    case 'file':
      return keyNote ?? 'Kept in a file that only you can read.'
  }
}

/** Takes a key; shows only that there is one. */
export const ProviderKey = ({ provider }: { provider: ProviderInfo }) => {
  const [key, setKey] = useState('')
  const store = useSetKey()
  const isStored = provider.key === 'keyring' || provider.key === 'file'
  const send = (next: string | null) =>
    store.mutate({ provider: provider.id, key: next }, { onSuccess: () => setKey('') })
  return (
    <form
      className={styles.key}
      aria-label={`Key of ${provider.label}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (key.trim() !== '') send(key.trim())
      }}
    >
      <TextField
        label="Key"
        type="password"
        mono
        autoComplete="off"
        maxLength={4096}
        placeholder={isStored ? 'stored; type another to replace it' : ''}
        hint={keyText(provider)}
        error={store.isError ? `The key was not stored. ${messageOf(store.error)}` : null}
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <div className={styles.keyButtons}>
        <Button type="submit" disabled={key.trim() === '' || store.isPending}>
          {store.isPending ? 'Storing' : 'Store the key'}
        </Button>
        {isStored && (
          <Button look="danger" disabled={store.isPending} onClick={() => send(null)}>
            Forget it
          </Button>
        )}
      </div>
    </form>
  )
}
