import { useState } from 'react'
import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { moneyText, priceSource } from '#shared/money.ts'
import { useRefreshProvider, useSetModel } from '../api/changes.ts'
import { priceText, sizeText } from '../load/profile-choices.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Table } from '../ui/table.tsx'
import { TextField } from '../ui/text-field.tsx'
import { ModelEditor } from './model-editor.tsx'
import { dayText, retiredText } from './provider-groups.ts'
import styles from './providers.module.css'

const powers: Readonly<Record<Model['operations'][number], string>> = {
  generate: 'draws',
  edit: 'edits',
  upscale: 'upscales',
  cutout: 'cuts out',
}

/** What a provider's models can do and cost, with the source of each price; all of it can be changed in place. */
export const ModelsTable = ({ provider }: { provider: ProviderInfo }) => {
  const [editedId, setEditedId] = useState<string | null>(null)
  const edited = provider.models.find((model) => model.id === editedId)
  return (
    <section className={styles.models} aria-label={`Models of ${provider.label}`}>
      <div className={styles.line}>
        <h5 className={styles.subtitle}>Models</h5>
        <Refresh provider={provider} />
      </div>
      {provider.models.length > 0 && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
        <section className={styles.scroller} aria-label={`Table of ${provider.label}`} tabIndex={0}>
          <Table<Model>
            caption={`Models of ${provider.label}`}
            rows={provider.models}
            keyOf={(model) => model.id}
            columns={[
              { title: 'Model', cell: (model) => <Name model={model} isLocal={provider.isLocal} /> },
              { title: 'Does', cell: (model) => model.operations.map((operation) => powers[operation]).join(', ') },
              { title: 'Drafts, finals', number: true, cell: (model) => <Sizes model={model} /> },
              { title: 'A final', number: true, cell: costText },
              { title: 'Price from', grow: true, cell: (model) => <Source model={model} /> },
              {
                title: 'Change',
                cell: (model) => (
                  <IconButton icon="pencil" label={`Change ${model.id}`} onClick={() => setEditedId(model.id)} />
                ),
              },
            ]}
          />
        </section>
      )}
      {provider.anyModel && <AddModel provider={provider} onAdded={setEditedId} />}
      {edited && <ModelEditor key={edited.id} provider={provider} model={edited} onClose={() => setEditedId(null)} />}
    </section>
  )
}

const costText = ({ price }: Model): string =>
  price.unit?.per === 'megapixel' ? `${moneyText(price.unit.micros)} / MP` : priceText(price).replace(' each', '')

const Name = ({ model, isLocal }: { model: Model; isLocal: boolean }) => {
  const retired = retiredText(model)
  return (
    <div className={styles.model}>
      <span className={retired ? styles.gone : undefined}>{model.label}</span>
      {model.label !== model.id && <code className={styles.modelId}>{model.id}</code>}
      {retired && <span className={styles.warnSmall}>{retired}</span>}
      {model.isUnlisted && !retired && (
        <span className={styles.warnSmall}>{isLocal ? 'Not there now.' : 'Not offered to this account.'}</span>
      )}
      {model.override && model.addedBy !== 'person' && <span className={styles.own}>Changed by you</span>}
      {model.addedBy === 'person' && <span className={styles.own}>Added by you</span>}
      {model.addedBy === 'service' && <span className={styles.own}>Named by the service</span>}
    </div>
  )
}

const Sizes = ({ model: { draftSize, finalSize } }: { model: Model }) => (
  <>
    {sizeText(draftSize)}
    <br />
    {sizeText(finalSize)}
  </>
)

const Source = ({ model: { price } }: { model: Model }) => {
  const text = priceSource(price)
  return (
    <span className={styles.source} title={text}>
      {text}
    </span>
  )
}

const Refresh = ({ provider }: { provider: ProviderInfo }) => {
  const refresh = useRefreshProvider()
  if (!provider.canRefresh)
    return provider.isLocal || provider.models.length === 0 ? null : (
      <span className={styles.dim}>The service names no prices: those below stand.</span>
    )
  return (
    <>
      <Button
        icon="retry"
        look="quiet"
        disabled={!provider.ready || refresh.isPending}
        onClick={() => refresh.mutate({ provider: provider.id })}
      >
        {refresh.isPending ? 'Asking' : 'Refresh'}
      </Button>
      <span aria-live="polite" className={styles.outcome}>
        {refresh.isError ? (
          <span className={styles.error}>
            <Icon name="cross" size={14} />
            {messageOf(refresh.error)}
          </span>
        ) : refresh.data?.changes.length === 0 ? (
          <span className={styles.ok}>
            <Icon name="check" size={14} />
            {refresh.data.summary}.
          </span>
        ) : refresh.data ? (
          <details className={styles.changes}>
            <summary>
              <Icon name="check" size={14} /> {refresh.data.summary}.
            </summary>
            <ul>
              {refresh.data.changes.map((change) => (
                <li key={change}>{change}</li>
              ))}
            </ul>
          </details>
        ) : (
          <span className={styles.dim}>
            {provider.refreshedMs === null ? 'Never asked.' : `Asked on ${dayText(provider.refreshedMs)}.`}
          </span>
        )}
      </span>
    </>
  )
}

const AddModel = ({ provider, onAdded }: { provider: ProviderInfo; onAdded: (id: string) => void }) => {
  const [id, setId] = useState('')
  const add = useSetModel()
  const wanted = id.trim()
  return (
    <form
      className={styles.add}
      aria-label={`Add a model of ${provider.label}`}
      onSubmit={(event) => {
        event.preventDefault()
        if (wanted === '') return
        add.mutate(
          { provider: provider.id, model: wanted, override: {} },
          {
            onSuccess: () => {
              setId('')
              onAdded(wanted)
            },
          },
        )
      }}
    >
      <TextField
        label="Another model, by its id"
        mono
        autoComplete="off"
        spellCheck={false}
        maxLength={200}
        value={id}
        error={add.isError ? messageOf(add.error) : null}
        onChange={(event) => setId(event.target.value)}
      />
      <Button type="submit" icon="plus" className={styles.addButton} disabled={wanted === '' || add.isPending}>
        Add
      </Button>
    </form>
  )
}
