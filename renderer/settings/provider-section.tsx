import type { ProviderInfo } from '#shared/contract/providers.ts'
import { useConfigureProvider } from '../api/changes.ts'
import { Icon } from '../ui/icon.tsx'
import { ConnectionTest } from './connection-test.tsx'
import { ModelsTable } from './models-table.tsx'
import { modelsText, pricesText } from './provider-groups.ts'
import { ProviderKey } from './provider-key.tsx'
import styles from './providers.module.css'
import { SchemaForm } from './schema-form.tsx'

/** One provider: a line that says how it stands, and behind it its key, whether it answers, its limits and its models. */
export const ProviderSection = ({
  provider,
  open,
  onOpenChange,
}: {
  provider: ProviderInfo
  open: boolean
  onOpenChange: (open: boolean) => void
}) => {
  const bodyId = `provider-${provider.id}-body`
  return (
    <article className={styles.card} aria-labelledby={`provider-${provider.id}`} data-open={open}>
      <h4 className={styles.cardHead}>
        <button
          type="button"
          className={styles.cardButton}
          aria-expanded={open}
          aria-controls={bodyId}
          onClick={() => onOpenChange(!open)}
        >
          <Icon name={open ? 'chevronDown' : 'chevronRight'} size={14} />
          <span className={styles.title}>
            <span className={styles.name} id={`provider-${provider.id}`}>
              {provider.label}
            </span>
            <span className={styles.about}>{provider.about}</span>
          </span>
          <span className={styles.figures}>
            {[modelsText(provider), pricesText(provider)].filter((part) => part !== null).join(', ')}
          </span>
          <State provider={provider} />
        </button>
      </h4>
      {open && (
        <div className={styles.body} id={bodyId}>
          <Body provider={provider} />
        </div>
      )}
    </article>
  )
}

const State = ({ provider }: { provider: ProviderInfo }) => (
  <span className={provider.ready ? styles.ok : styles.warn}>
    <Icon name={provider.ready ? 'check' : 'warning'} size={14} />
    {provider.ready ? 'ready' : provider.key === 'missing' ? 'needs a key' : 'needs its address'}
  </span>
)

/** Lane limits stand open: they differ from account to account. So do the address of one's own server and what it has. */
const openFields = ['concurrency', 'requestsPerMinute', 'imagesPerHour', 'imagesPerDay']

const Body = ({ provider }: { provider: ProviderInfo }) => {
  const configure = useConfigureProvider()
  const hasSettings = Object.keys(provider.settings).length > 0
  // A provider in this program takes no key at all; one at an address may, even where it is not needed.
  const takesKey = provider.key !== 'none-needed' || hasSettings
  return (
    <>
      {takesKey && <ProviderKey provider={provider} />}
      {takesKey && <ConnectionTest provider={provider} />}
      <SchemaForm
        name={provider.label}
        schema={provider.settingsSchema}
        values={provider.settings}
        first={provider.isLocal ? ['baseUrl', 'models', 'checkpoints', 'workflows'] : []}
        limits={openFields}
        isSaving={configure.isPending}
        error={configure.error}
        onSave={(settings) => configure.mutateAsync({ provider: provider.id, settings })}
      />
      <ModelsTable provider={provider} />
    </>
  )
}
