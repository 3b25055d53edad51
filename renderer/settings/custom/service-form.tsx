import type { ServiceProblem } from '#shared/contract/custom-services.ts'
import type { CustomService } from '#shared/contract/service-fields.ts'
import { microsFrom } from '#shared/money.ts'
import { amountText, MoneyField } from '../../ui/money-field.tsx'
import { NumberField } from '../../ui/number-field.tsx'
import { Select } from '../../ui/select.tsx'
import { Field, TextField } from '../../ui/text-field.tsx'
import styles from './custom-services.module.css'
import { nameFrom, type Path, valueAt, withValue } from './service-json.ts'

const modes = [
  { value: 'single', label: 'One request a picture', note: 'the answer holds it' },
  { value: 'array', label: 'Many requests in one call', note: 'such as /v1/batch' },
  { value: 'poll', label: 'Submit, then poll', note: 'a job and its state' },
] as const satisfies readonly { value: CustomService['mode']; label: string; note: string }[]

const forms = [
  { value: 'url', label: 'Addresses' },
  { value: 'base64', label: 'Base64' },
  { value: 'bytes', label: 'The answer itself' },
] as const satisfies readonly { value: CustomService['answer']['as']; label: string }[]

/** `models[0].price` */
const fieldName = (path: Path): string =>
  path.map((step, at) => (typeof step === 'number' ? `[${step}]` : at === 0 ? step : `.${step}`)).join('')

const shown: readonly Path[] = [
  ['label'],
  ['name'],
  ['baseUrl'],
  ['request', 'path'],
  ['mode'],
  ['models', 0, 'id'],
  ['models', 0, 'price'],
  ['answer', 'pictures'],
  ['answer', 'as'],
  ['auth', 'header'],
  ['auth', 'scheme'],
  ['limits', 'concurrency'],
]

/** What is wrong beyond the fields of the form, which say it themselves. */
export const otherProblems = (problems: readonly ServiceProblem[]): readonly ServiceProblem[] =>
  problems.filter(({ field }) => !shown.some((path) => fieldName(path) === field))

/** The parts of a description that differ from one service to the next. Everything else stays as the JSON has it. */
export const ServiceForm = ({
  json,
  problems,
  freeName,
  onChange,
  onMode,
}: {
  json: unknown
  problems: readonly ServiceProblem[]
  /** The example's own name, which a new one leaves for one after its label; `null`: its name stays. */
  freeName: string | null
  onChange: (json: unknown) => void
  onMode: (mode: CustomService['mode']) => void
}) => {
  const textAt = (path: Path): string => {
    const value = valueAt(json, path)
    return typeof value === 'string' ? value : ''
  }
  const errorAt = (path: Path): string | null => {
    const found = problems.find(({ field }) => field === fieldName(path))
    return found ? `It ${found.message}.` : null
  }
  const set = (path: Path, value: unknown) => onChange(withValue(json, path, value))
  const text = (label: string, path: Path, more: { hint?: string; mono?: boolean; optional?: boolean } = {}) => (
    <TextField
      label={label}
      mono={more.mono ?? false}
      hint={more.hint}
      error={errorAt(path)}
      autoComplete="off"
      spellCheck={false}
      value={textAt(path)}
      onChange={(event) => set(path, event.target.value === '' && more.optional ? undefined : event.target.value)}
    />
  )
  const choice = <Value extends string>(
    label: string,
    path: Path,
    choices: readonly { value: Value; label: string; note?: string }[],
    onChoose: (value: Value) => void,
  ) => (
    <Field label={label} error={errorAt(path)}>
      {({ id }) => (
        <Select
          id={id}
          label={label}
          value={choices.find(({ value }) => value === textAt(path))?.value ?? ('' as Value)}
          choices={choices}
          onChange={onChoose}
        />
      )}
    </Field>
  )
  const label = textAt(['label'])
  const hasKey = valueAt(json, ['auth']) !== null
  const concurrency = valueAt(json, ['limits', 'concurrency'])
  return (
    <div className={styles.fields}>
      <TextField
        label="Name"
        error={errorAt(['label'])}
        autoComplete="off"
        value={label}
        onChange={({ target: { value } }) => {
          const follows = freeName !== null && ['', freeName, nameFrom(label)].includes(textAt(['name']))
          onChange(withValue(follows ? withValue(json, ['name'], nameFrom(value)) : json, ['label'], value))
        }}
      />
      {text('Id', ['name'], { mono: true, hint: `It is the provider custom:${textAt(['name'])}` })}
      {text('Base URL', ['baseUrl'], { mono: true, hint: 'Where the service is: its key goes there.' })}
      {text('Path of a request', ['request', 'path'], { mono: true, hint: 'After the base URL.' })}
      {choice('Mode', ['mode'], modes, onMode)}
      {text('Model', ['models', 0, 'id'], { mono: true, hint: 'As the service calls it.' })}
      {text('Pictures in its answer', ['answer', 'pictures'], {
        mono: true,
        optional: true,
        hint: 'A JSON pointer, such as /data/*/url',
      })}
      {choice('They come as', ['answer', 'as'], forms, (value) => set(['answer', 'as'], value))}
      <TextField
        label="Header of the key"
        mono
        hint="Empty: the service takes no key."
        error={errorAt(['auth', 'header'])}
        autoComplete="off"
        spellCheck={false}
        value={textAt(['auth', 'header'])}
        onChange={({ target: { value } }) =>
          onChange(
            value === ''
              ? withValue(json, ['auth'], null)
              : withValue(hasKey ? json : withValue(json, ['auth'], { scheme: '' }), ['auth', 'header'], value),
          )
        }
      />
      <TextField
        label="Word before the key"
        mono
        hint="Bearer, or nothing."
        error={errorAt(['auth', 'scheme'])}
        autoComplete="off"
        spellCheck={false}
        disabled={!hasKey}
        value={textAt(['auth', 'scheme'])}
        onChange={(event) => set(['auth', 'scheme'], event.target.value)}
      />
      <MoneyField
        label="Price of a picture, USD"
        hint="Empty: nobody knows, and runs are held until you say."
        value={microsFrom(textAt(['models', 0, 'price']))}
        onChange={(micros) => set(['models', 0, 'price'], micros === null ? undefined : amountText(micros))}
      />
      <NumberField
        label="Calls at the same time"
        min={1}
        max={64}
        value={typeof concurrency === 'number' ? concurrency : 2}
        onChange={(value) => set(['limits', 'concurrency'], value)}
      />
    </div>
  )
}
