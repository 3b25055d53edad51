import { useState } from 'react'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { messageOf } from '#shared/errors.ts'
import { useSaveService, useSetKey, useTestService } from '../../api/changes.ts'
import { Button } from '../../ui/button.tsx'
import { Dialog } from '../../ui/dialog.tsx'
import { Icon } from '../../ui/icon.tsx'
import { Segmented } from '../../ui/segmented.tsx'
import { Select } from '../../ui/select.tsx'
import { Field, TextArea, TextField } from '../../ui/text-field.tsx'
import styles from './custom-services.module.css'
import { otherProblems, ServiceForm } from './service-form.tsx'
import { inOtherMode, jsonOf, keyPlaces, textOf } from './service-json.ts'
import { readServiceText, summaryOf, textOfService } from './service-text.ts'

interface Preset {
  readonly preset: string
  readonly about: string
  readonly service: CustomService
}

/**
 * One service, as a form of what differs most or as its whole JSON: both are views of the same text, checked as it is
 * typed. It can be tested with a key before anything is stored; saving stores both.
 */
export const ServiceDialog = ({
  service,
  presets,
  isNew,
  onClose,
}: {
  service: CustomService
  presets: readonly Preset[]
  isNew: boolean
  onClose: () => void
}) => {
  const [preset, setPreset] = useState(presets[0]?.preset ?? '')
  const [view, setView] = useState<'form' | 'json'>('form')
  const [text, setText] = useState(() => textOfService(service))
  const [key, setKey] = useState('')
  const [stored, setStored] = useState<{ text: string; provider: string; name: string } | null>(null)
  const save = useSaveService()
  const storeKey = useSetKey()
  const test = useTestService()
  const read = readServiceText(text)
  const json = jsonOf(text)
  const good = 'service' in read ? read.service : null
  const problems = 'service' in read ? [] : read.problems
  const chosen = presets.find((one) => one.preset === preset)
  const isStored = stored?.text === text && key === ''

  const change = (next: string) => {
    setText(next)
    test.reset()
  }
  const choose = (name: string) => {
    setPreset(name)
    const next = presets.find((one) => one.preset === name)
    if (next) change(textOfService(next.service))
  }
  const changeMode = (mode: CustomService['mode']) => {
    const example = presets.find((one) => one.service.mode === mode)
    if (example) change(textOf(inOtherMode(json, jsonOf(textOfService(example.service)))))
  }
  const store = () => {
    if (!good) return
    const { name } = good
    const done = (provider: string) => {
      setKey('')
      test.reset()
      setStored({ text, provider, name })
    }
    save.mutate(
      { service: good, replace: isNew ? stored?.name === name : true },
      {
        onSuccess: ({ id }) => {
          if (key.trim() === '') return done(id)
          storeKey.mutate({ provider: id, key: key.trim() }, { onSuccess: () => done(id) })
        },
      },
    )
  }
  const isSaving = save.isPending || storeKey.isPending

  return (
    <Dialog
      title={isNew ? 'Add a service' : `Change ${service.label}`}
      description="Any picture service with an address. The form has what differs most; docs/custom-http.md explains every field of the JSON."
      open
      onClose={onClose}
      width="wide"
      foot={
        <>
          <span className={styles.outcome} aria-live="polite">
            {save.isError && <span className={styles.error}>Nothing was stored. {messageOf(save.error)}</span>}
            {storeKey.isError && (
              <span className={styles.error}>It is saved, but its key is not. {messageOf(storeKey.error)}</span>
            )}
            {test.isError && <span className={styles.error}>{messageOf(test.error)}</span>}
            {test.data && (
              <span className={test.data.ok ? styles.ok : styles.error}>
                <Icon name={test.data.ok ? 'check' : 'cross'} size={14} />
                {test.data.message}
              </span>
            )}
            {isStored && !test.data && (
              <span className={styles.ok}>
                <Icon name="check" size={14} /> Saved as {stored.provider}
              </span>
            )}
          </span>
          <Button onClick={onClose}>{isStored ? 'Done' : 'Cancel'}</Button>
          <Button
            disabled={!good || test.isPending}
            onClick={() => good && test.mutate({ service: good, key: key.trim() || null })}
          >
            {test.isPending ? 'Trying' : 'Test'}
          </Button>
          <Button look="go" disabled={!good || isStored || isSaving} onClick={store}>
            {isSaving ? 'Saving' : 'Save'}
          </Button>
        </>
      }
    >
      <div className={styles.form}>
        <div className={styles.top}>
          {isNew && chosen && (
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
          <Segmented
            label="Show as"
            value={view}
            choices={[
              { value: 'form', label: 'Form' },
              { value: 'json', label: 'JSON' },
            ]}
            onChange={setView}
          />
        </div>
        {view === 'form' && json !== null && (
          <ServiceForm
            json={json}
            problems={problems}
            freeName={isNew && stored === null ? (chosen?.service.name ?? '') : null}
            onChange={(next) => change(textOf(next))}
            onMode={changeMode}
          />
        )}
        {view === 'form' && json === null && (
          <p className={styles.dim}>The JSON has a slip in it. Mend it there, and the form is back.</p>
        )}
        {view === 'json' && (
          <TextArea
            label="Description"
            mono
            rows={16}
            spellCheck={false}
            value={text}
            onChange={(event) => change(event.target.value)}
          />
        )}
        {good?.auth !== null && (
          <TextField
            label="Key"
            type="password"
            mono
            autoComplete="off"
            maxLength={4096}
            placeholder={isNew && !stored ? '' : 'leave it empty to keep what is stored'}
            hint={good ? keyHint(good) : 'Stored outside the library when you save.'}
            value={key}
            onChange={(event) => {
              setKey(event.target.value)
              test.reset()
            }}
          />
        )}
        <div className={styles.verdict} aria-live="polite">
          {good ? (
            <p className={styles.ok}>
              <Icon name="check" size={14} /> {summaryOf(good)}
            </p>
          ) : (
            <ul className={styles.problems}>
              {(view === 'form' ? otherProblems(problems) : problems).map(({ field, message }) => (
                <li key={`${field} ${message}`}>
                  {field !== '' && <code>{field}</code>} {message}
                </li>
              ))}
            </ul>
          )}
        </div>
      </div>
    </Dialog>
  )
}

/** Said before anything is stored: a description decides where its key goes. */
function keyHint(service: CustomService): string {
  return `It is sent to ${keyPlaces(service).join(', ')} and nowhere else. Stored outside the library when you save.`
}
