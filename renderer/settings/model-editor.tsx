import { useState } from 'react'
import type { Model, ModelOverride, ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { priceSource } from '#shared/money.ts'
import { useSetModel } from '../api/changes.ts'
import { priceText } from '../load/profile-choices.ts'
import { Button } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Select } from '../ui/select.tsx'
import { Field, TextField } from '../ui/text-field.tsx'
import { draftOf, type ModelDraft, overrideFrom, tokenNames } from './model-draft.ts'
import styles from './providers.module.css'

const powerLabels: readonly (readonly [Model['operations'][number], string])[] = [
  ['generate', 'Draws from prompts'],
  ['edit', 'Edits pictures'],
  ['upscale', 'Upscales'],
  ['cutout', 'Cuts out'],
]

/** Changes what is known of a model in this library; what is left as it is follows the catalogue and the service. */
export const ModelEditor = ({
  provider,
  model,
  onClose,
}: {
  provider: ProviderInfo
  model: Model
  onClose: () => void
}) => {
  const [draft, setDraft] = useState(() => draftOf(model))
  const store = useSetModel()
  const read = overrideFrom(draft, model)
  const set = (part: Partial<ModelDraft>) => setDraft((before) => ({ ...before, ...part }))
  const send = (override: ModelOverride | null) =>
    store.mutate({ provider: provider.id, model: model.id, override }, { onSuccess: onClose })
  return (
    <Dialog
      title={model.label}
      description={`${provider.label}, ${model.id}. What you change here holds in this library.`}
      open
      onClose={onClose}
      width="medium"
      foot={
        <>
          {model.override && (
            <Button look="danger" disabled={store.isPending} onClick={() => send(null)}>
              {model.addedBy === 'person' ? 'Take it away' : 'Reset to the catalogue’s'}
            </Button>
          )}
          <Button onClick={onClose}>Cancel</Button>
          <Button
            look="go"
            disabled={store.isPending || 'errors' in read}
            onClick={() => 'override' in read && send(read.override)}
          >
            Save
          </Button>
        </>
      }
    >
      <div className={styles.editor}>
        <TextField
          label="Name"
          maxLength={80}
          value={draft.label}
          onChange={(event) => set({ label: event.target.value })}
        />
        <Price draft={draft} model={model} errors={errorsIn(read)} onChange={set} />
        <fieldset className={styles.powers}>
          <legend>What it does</legend>
          {powerLabels
            .filter(([power]) => model.operations.includes(power) || draft.known.includes(power))
            .map(([power, label]) => (
              <Checkbox
                key={power}
                checked={draft.operations.includes(power)}
                onChange={(on) =>
                  set({
                    operations: on ? [...draft.operations, power] : draft.operations.filter((each) => each !== power),
                  })
                }
              >
                {label}
              </Checkbox>
            ))}
          {errorsIn(read).operations && <p className={styles.error}>{errorsIn(read).operations}</p>}
        </fieldset>
        <TextField
          label="Sizes"
          mono
          spellCheck={false}
          value={draft.sizes}
          hint="A list, such as 512x512, 1024x768; or 256 to 2048 in steps of 64."
          error={errorsIn(read).sizes ?? null}
          onChange={(event) => set({ sizes: event.target.value })}
        />
        <div className={styles.pair}>
          <TextField
            label="Longest prompt, in characters"
            inputMode="numeric"
            value={draft.maxPromptLength}
            hint="Empty: no limit is known."
            error={errorsIn(read).maxPromptLength ?? null}
            onChange={(event) => set({ maxPromptLength: event.target.value })}
          />
          <TextField
            label="Most reference pictures"
            inputMode="numeric"
            value={draft.maxReferences}
            error={errorsIn(read).maxReferences ?? null}
            onChange={(event) => set({ maxReferences: event.target.value })}
          />
        </div>
        {store.isError && (
          <p className={styles.error} role="alert">
            {messageOf(store.error)}
          </p>
        )}
      </div>
    </Dialog>
  )
}

const errorsIn = (read: ReturnType<typeof overrideFrom>) => ('errors' in read ? read.errors : {})

/** `$0.11 a final, 2026-09-28, OpenAI’s price page` */
const knownText = ({ price }: Model): string =>
  [priceText(price).replace('each', 'a final'), priceSource(price)].filter((part) => part).join(', ')

const Price = ({
  draft,
  model,
  errors,
  onChange,
}: {
  draft: ModelDraft
  model: Model
  errors: Readonly<Record<string, string>>
  onChange: (part: Partial<ModelDraft>) => void
}) => {
  const byToken = model.price.unit?.per === 'token' || draft.per === 'token'
  return (
    <div className={styles.pair}>
      <Field label="Price" hint={draft.per === 'known' ? knownText(model) : 'In US dollars.'}>
        {({ id }) => (
          <Select
            id={id}
            label="Price"
            value={draft.per}
            choices={[
              { value: 'known', label: 'As it is known' },
              { value: 'image', label: 'A picture' },
              { value: 'megapixel', label: 'A megapixel' },
              ...(byToken ? [{ value: 'token' as const, label: 'A million tokens' }] : []),
            ]}
            onChange={(per) => onChange({ per })}
          />
        )}
      </Field>
      {(draft.per === 'image' || draft.per === 'megapixel') && (
        <TextField
          label={draft.per === 'image' ? 'Dollars a picture' : 'Dollars a megapixel'}
          inputMode="decimal"
          value={draft.amount}
          error={errors.amount ?? null}
          onChange={(event) => onChange({ amount: event.target.value })}
        />
      )}
      {draft.per === 'token' &&
        tokenNames.map(({ name, label }) => (
          <TextField
            key={name}
            label={label}
            inputMode="decimal"
            value={draft.tokens[name]}
            error={errors[name] ?? null}
            onChange={(event) => onChange({ tokens: { ...draft.tokens, [name]: event.target.value } })}
          />
        ))}
    </div>
  )
}
