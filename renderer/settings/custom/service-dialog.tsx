import { useState } from 'react'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { messageOf } from '#shared/errors.ts'
import { useCheckProvider, useSaveService, useSetKey } from '../../api/changes.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Select } from '../../ui/select.tsx'
import { Field, TextArea, TextField } from '../../ui/text-field.tsx'
import styles from './custom-services.module.css'
import { readServiceText, summaryOf, textOfService } from './service-text.ts'

interface Preset {
  readonly preset: string
  readonly about: string
  readonly service: CustomService
}

/**
 * One service as its JSON, checked as it is typed. Saved, it can be given its key and tested without leaving. Without
 * presets it changes the one that is there.
 */
export const ServiceDialog = ({
  service,
  presets,
  onClose,
}: {
  service: CustomService
  presets: readonly Preset[]
  onClose: () => void
}) => {
  const [preset, setPreset] = useState(presets[0]?.preset ?? '')
  const [text, setText] = useState(() => textOfService(service))
  const [stored, setStored] = useState<{ text: string; provider: string; name: string } | null>(null)
  const save = useSaveService()
  const check = useCheckProvider()
  const read = readServiceText(text)
  const isNew = presets.length > 0
  const chosen = presets.find((one) => one.preset === preset)
  const isStored = stored?.text === text

  const choose = (name: string) => {
    setPreset(name)
    const next = presets.find((one) => one.preset === name)
    if (next) setText(textOfService(next.service))
  }
  const store = () => {
    if (!('service' in read)) return
    const { name } = read.service
    check.reset()
    save.mutate(
      { service: read.service, replace: isNew ? stored?.name === name : true },
      { onSuccess: ({ id }) => setStored({ text, provider: id, name }) },
    )
  }

  return (
    <Dialog
      title={isNew ? 'Add a service' : `Change ${service.label}`}
      description="Its key is stored apart from it and sent to its own address only. docs/custom-http.md explains every field."
      open
      onClose={onClose}
      width="wide"
      foot={
        <>
          <span className={styles.outcome} aria-live="polite">
            {save.isError && <span className={styles.error}>Nothing was stored. {messageOf(save.error)}</span>}
            {isStored && !check.data && !check.isError && (
              <span className={styles.ok}>
                <Icon name="check" size={14} /> Saved as {stored.provider}
              </span>
            )}
            {isStored && check.isError && <span className={styles.error}>{messageOf(check.error)}</span>}
            {isStored && check.data && (
              <span className={check.data.ok ? styles.ok : styles.error}>
                <Icon name={check.data.ok ? 'check' : 'cross'} size={14} />
                {check.data.message}
              </span>
            )}
          </span>
          <Button onClick={onClose}>{isStored ? 'Done' : 'Cancel'}</Button>
          <Button
            disabled={!isStored || check.isPending}
            onClick={() => stored && check.mutate({ provider: stored.provider })}
          >
            {check.isPending ? 'Trying' : 'Test'}
          </Button>
          <Button look="go" disabled={!('service' in read) || isStored || save.isPending} onClick={store}>
            {save.isPending ? 'Saving' : 'Save'}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        {chosen && (
          <Field label="Begin with" hint={chosen.about}>
            {({ id }) => (
              <Select
                id={id}
                label="Begin with"
                value={preset}
                choices={presets.map((one) => ({ value: one.preset, label: one.service.label }))}
                onChange={choose}
              />
            )}
          </Field>
        )}
        <TextArea
          label="Description"
          mono
          rows={18}
          spellCheck={false}
          value={text}
          onChange={(event) => setText(event.target.value)}
        />
        <div className={styles.verdict} aria-live="polite">
          {'service' in read ? (
            <p className={styles.ok}>
              <Icon name="check" size={14} /> {summaryOf(read.service)}
            </p>
          ) : (
            <ul className={styles.problems}>
              {read.problems.map(({ field, message }) => (
                <li key={`${field} ${message}`}>
                  {field !== '' && <code>{field}</code>} {message}
                </li>
              ))}
            </ul>
          )}
        </div>
        {isStored && 'service' in read && read.service.auth && <KeyField provider={stored.provider} />}
      </div>
    </Dialog>
  )
}

/** The key of a service that is stored; shows only that there is one. */
const KeyField = ({ provider }: { provider: string }) => {
  const [key, setKey] = useState('')
  const set = useSetKey()
  const isGiven = set.isSuccess && key === ''
  return (
    <form
      className={styles.key}
      onSubmit={(event) => {
        event.preventDefault()
        if (key.trim() !== '') set.mutate({ provider, key: key.trim() }, { onSuccess: () => setKey('') })
      }}
    >
      <TextField
        label="Key"
        type="password"
        mono
        autoComplete="off"
        maxLength={4096}
        hint={
          isGiven ? 'The key is stored. It cannot be read back.' : 'Stored outside the library, for this address only.'
        }
        error={set.isError ? messageOf(set.error) : null}
        value={key}
        onChange={(event) => setKey(event.target.value)}
      />
      <Button type="submit" className={styles.keyButton} disabled={key.trim() === '' || set.isPending}>
        Store the key
      </Button>
    </form>
  )
}
