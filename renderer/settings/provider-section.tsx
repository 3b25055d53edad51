import type { Model, ProviderInfo } from '#shared/contract/providers.ts'
import { messageOf } from '#shared/errors.ts'
import { useCheckProvider, useConfigureProvider } from '../api/changes.ts'
import { priceText, sizeText } from '../load/profile-choices.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Table } from '../ui/table.tsx'
import { ProviderKey } from './provider-key.tsx'
import { SchemaForm } from './schema-form.tsx'
import styles from './settings-page.module.css'

/** One provider: what it is, its key, its settings, whether it answers, and what its models cost. */
export const ProviderSection = ({ provider }: { provider: ProviderInfo }) => {
  const configure = useConfigureProvider()
  const hasSettings = Object.keys(provider.settings).length > 0
  // A provider in this program takes no key at all; one at an address may, even where it is not needed.
  const takesKey = provider.key !== 'none-needed' || hasSettings
  return (
    <article className={styles.provider} aria-labelledby={`provider-${provider.id}`}>
      <div className={styles.line}>
        <h3 id={`provider-${provider.id}`} className={styles.providerName}>
          {provider.label}
        </h3>
        <span className={provider.ready ? styles.ok : styles.warn}>
          <Icon name={provider.ready ? 'check' : 'warning'} size={14} />
          {provider.ready ? 'ready' : provider.key === 'missing' ? 'needs a key' : 'needs its address'}
        </span>
      </div>
      <p className={styles.dim}>{provider.about}</p>
      <SchemaForm
        name={provider.label}
        schema={provider.settingsSchema}
        values={provider.settings}
        isSaving={configure.isPending}
        error={configure.error}
        onSave={(settings) => configure.mutateAsync({ provider: provider.id, settings })}
      />
      {takesKey && <ProviderKey provider={provider} />}
      {takesKey && <ConnectionTest provider={provider} />}
      {provider.models.length > 0 && <Models provider={provider} />}
    </article>
  )
}

const ConnectionTest = ({ provider }: { provider: ProviderInfo }) => {
  const check = useCheckProvider()
  return (
    <div className={styles.line}>
      <Button disabled={!provider.ready || check.isPending} onClick={() => check.mutate({ provider: provider.id })}>
        {check.isPending ? 'Trying' : 'Test the connection'}
      </Button>
      <span aria-live="polite" className={styles.outcome}>
        {!provider.ready && <span className={styles.dim}>Once it has what it needs.</span>}
        {check.isError && <span className={styles.error}>{messageOf(check.error)}</span>}
        {check.data && provider.ready && (
          <span className={check.data.ok ? styles.ok : styles.error}>
            <Icon name={check.data.ok ? 'check' : 'cross'} size={14} />
            {check.data.message}
            {check.data.models.length > 0 && `: ${check.data.models.slice(0, 12).join(', ')}`}
          </span>
        )}
      </span>
    </div>
  )
}

const operationNames: Readonly<Record<Model['operations'][number], string>> = {
  generate: 'draws',
  edit: 'edits',
  upscale: 'upscales',
  cutout: 'cuts out',
}

const Models = ({ provider }: { provider: ProviderInfo }) => (
  // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached by keyboard
  <section className={styles.models} aria-label={`Models of ${provider.label}`} tabIndex={0}>
    <Table<Model>
      caption={`Models of ${provider.label}`}
      rows={provider.models}
      keyOf={(model) => model.id}
      columns={[
        { title: 'Model', cell: (model) => <span title={model.id}>{model.label}</span> },
        { title: 'Does', cell: (model) => model.operations.map((operation) => operationNames[operation]).join(', ') },
        { title: 'Drafts', number: true, cell: (model) => sizeText(model.draftSize) },
        { title: 'Finals', number: true, cell: (model) => sizeText(model.finalSize) },
        { title: 'A picture', number: true, cell: (model) => priceText(model.price).replace(' each', '') },
        { title: 'As of', grow: true, cell: (model) => <span title={priceSource(model)}>{priceSource(model)}</span> },
      ]}
    />
  </section>
)

const priceSource = ({ price }: Model): string =>
  [price.asOf, price.source].filter((part) => part !== null && part !== '').join(', ')
