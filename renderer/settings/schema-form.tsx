import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { classNames } from '../ui/class-names.ts'
import { Select } from '../ui/select.tsx'
import { Field, TextArea, TextField } from '../ui/text-field.tsx'
import { fieldsOf, type SchemaField, textOf, valueIn } from './schema-fields.ts'
import styles from './settings-page.module.css'

type Values = ProviderInfo['settings']

/** A form drawn from a JSON Schema. Only what was changed is sent; what is wrong stays in its box with the reason. */
export const SchemaForm = ({
  name,
  schema,
  values,
  first,
  limits,
  isSaving,
  error,
  onSave,
}: {
  name: string
  schema: ProviderInfo['settingsSchema']
  values: Values
  /** The fields that stand open before all others, and those that limit how fast it is asked; the rest waits under "More". */
  first: readonly string[]
  limits: readonly string[]
  isSaving: boolean
  error: unknown
  onSave: (changed: Values) => Promise<unknown>
}) => {
  const [typed, setTyped] = useState<Readonly<Record<string, string>>>({})
  const fields = fieldsOf(schema)
  if (fields.length === 0) return null
  const textIn = (field: SchemaField) => typed[field.name] ?? textOf(field, values[field.name])
  const changed = fields.filter((field) => textIn(field) !== textOf(field, values[field.name]))
  const read = changed.map((field) => ({ field, result: valueIn(field, textIn(field)) }))
  const isGood = read.every(({ result }) => 'value' in result)
  const named = (names: readonly string[]) => fields.filter(({ name: one }) => names.includes(one))
  const opened = named(first)
  const limiting = named(limits)
  const others = fields.filter(({ name: one }) => !first.includes(one) && !limits.includes(one))
  const switches = others.filter(({ kind }) => kind === 'boolean')
  const box = (field: SchemaField) => (
    <SchemaBox
      key={field.name}
      field={field}
      text={textIn(field)}
      isChanged={changed.includes(field)}
      onChange={(text) => setTyped((before) => ({ ...before, [field.name]: text }))}
    />
  )
  const save = () => {
    const entries = read.flatMap(({ field, result }) =>
      'value' in result ? [[field.name, result.value] as const] : [],
    )
    onSave(Object.fromEntries(entries)).then(
      () => setTyped({}),
      // The reason is drawn from `error`; what was typed stays.
      () => undefined,
    )
  }
  return (
    <form
      className={styles.form}
      aria-label={`Settings of ${name}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (changed.length > 0 && isGood) save()
      }}
    >
      {opened.length > 0 && <div className={styles.fields}>{inShape(opened).map(box)}</div>}
      {limiting.length > 0 && (
        <fieldset className={styles.limits}>
          <legend>How fast it is asked</legend>
          <div className={styles.limitFields}>{limiting.map(box)}</div>
        </fieldset>
      )}
      {others.length > 0 && (
        <details className={styles.more}>
          <summary>More settings</summary>
          <div className={styles.fields}>{inShape(others).map(box)}</div>
          {switches.length > 0 && <div className={classNames(styles.fields, styles.switches)}>{switches.map(box)}</div>}
        </details>
      )}
      {error !== null && error !== undefined && (
        <p className={styles.error} role="alert">
          Nothing was stored. {messageOf(error)}
        </p>
      )}
      {(changed.length > 0 || isSaving) && (
        <div className={styles.line}>
          <Button type="submit" look="go" disabled={!isGood || isSaving}>
            {isSaving ? 'Saving' : 'Save'}
          </Button>
          <Button look="quiet" disabled={isSaving} onClick={() => setTyped({})}>
            Take changes back
          </Button>
        </div>
      )}
    </form>
  )
}

/** What is typed into a line, then what takes the whole width; switches stand by themselves. */
const inShape = (fields: readonly SchemaField[]): SchemaField[] => [
  ...fields.filter(({ kind }) => kind !== 'json' && kind !== 'boolean'),
  ...fields.filter(({ kind }) => kind === 'json'),
]

const SchemaBox = ({
  field,
  text,
  isChanged,
  onChange,
}: {
  field: SchemaField
  text: string
  isChanged: boolean
  onChange: (text: string) => void
}) => {
  const result = isChanged ? valueIn(field, text) : null
  const error = result && 'error' in result ? result.error : null
  switch (field.kind) {
    case 'boolean':
      return (
        <div>
          <Checkbox checked={text === 'true'} onChange={(on) => onChange(String(on))}>
            {field.label}
          </Checkbox>
          {field.hint && <p className={styles.hint}>{field.hint}</p>}
        </div>
      )
    case 'choice':
      return (
        <Field label={field.label} hint={field.hint}>
          {({ id }) => (
            <Select
              id={id}
              label={field.label}
              value={text}
              choices={field.options.map((option) => ({ value: option, label: option }))}
              onChange={onChange}
            />
          )}
        </Field>
      )
    case 'json':
      return (
        <TextArea
          label={field.label}
          hint={field.hint}
          error={error}
          mono
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )
    default:
      return (
        <TextField
          label={field.label}
          hint={field.hint}
          error={error}
          inputMode={field.kind === 'text' ? 'text' : field.kind === 'integer' ? 'numeric' : 'decimal'}
          autoComplete="off"
          spellCheck={false}
          value={text}
          onChange={(event) => onChange(event.target.value)}
        />
      )
  }
}
