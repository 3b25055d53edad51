import type { ReactNode } from 'react'
import type { Settings } from '#shared/contract/settings.ts'
import { messageOf } from '#shared/errors.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useProviders, useSettings } from '../api/queries.ts'
import { useCommandCenter, useKeyOf } from '../keys/command-center.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { notifyError } from '../ui/toast.tsx'
import { CustomServices } from './custom/custom-services.tsx'
import { AppearanceSection, DefaultsSection } from './default-sections.tsx'
import { LibrarySection } from './library-section.tsx'
import { MoneySection } from './money-section.tsx'
import { ProfilesSection } from './profiles-section.tsx'
import { ProviderList } from './provider-list.tsx'
import styles from './settings-page.module.css'

const sections = ['Providers', 'Profiles', 'Defaults', 'Money', 'Appearance', 'Library', 'Shortcuts'] as const
type SectionName = (typeof sections)[number]

const idOf = (name: SectionName): string => `settings-${name.toLowerCase()}`

/** Everything that is chosen once: providers and keys, defaults, the cap, the look, the library. */
export const SettingsPage = () => {
  const settings = useSettings()
  const providers = useProviders()
  const { mutate } = useChangeSettings()
  const change = (changes: Partial<Settings>) =>
    mutate(changes, { onError: (error) => notifyError('The setting was not stored', error) })
  const failed = [settings, providers].find((query) => query.isError)
  if (failed) {
    return (
      <EmptyState
        icon="warning"
        title="The settings could not be read"
        actions={<Button onClick={() => Promise.all([settings.refetch(), providers.refetch()])}>Try again</Button>}
      >
        {messageOf(failed.error)}
      </EmptyState>
    )
  }
  return (
    <div className={styles.page}>
      <nav className={styles.nav} aria-label="Settings">
        <h1>Settings</h1>
        <ul>
          {sections.map((name) => (
            <li key={name}>
              <button type="button" className={styles.navItem} onClick={() => showSection(name)}>
                {name}
              </button>
            </li>
          ))}
        </ul>
      </nav>
      {settings.data && providers.data ? (
        <div className={styles.sections}>
          <Section name="Providers">
            <ProviderList providers={providers.data} />
            <CustomServices />
          </Section>
          <Section name="Profiles">
            <ProfilesSection settings={settings.data} providers={providers.data} onChange={change} />
          </Section>
          <Section name="Defaults">
            <DefaultsSection settings={settings.data} providers={providers.data} onChange={change} />
          </Section>
          <Section name="Money">
            <MoneySection settings={settings.data} providers={providers.data} onChange={change} />
          </Section>
          <Section name="Appearance">
            <AppearanceSection settings={settings.data} onChange={change} />
          </Section>
          <Section name="Library">
            <LibrarySection />
          </Section>
          <Section name="Shortcuts">
            <Shortcuts />
          </Section>
        </div>
      ) : (
        <div className={styles.sections} role="status" aria-label="Reading the settings">
          <Skeleton lines={10} look="box" />
          <Skeleton lines={6} look="box" />
        </div>
      )}
    </div>
  )
}

const Section = ({ name, children }: { name: SectionName; children: ReactNode }) => (
  <section id={idOf(name)} className={styles.section} aria-labelledby={`${idOf(name)}-title`}>
    <h2 id={`${idOf(name)}-title`} tabIndex={-1}>
      {name}
    </h2>
    {children}
  </section>
)

/** The address holds the page, so a section is scrolled to and gets the focus, for keyboard and screen reader alike. */
function showSection(name: SectionName): void {
  const heading = document.getElementById(`${idOf(name)}-title`)
  document.getElementById(idOf(name))?.scrollIntoView({ block: 'start' })
  heading?.focus({ preventScroll: true })
}

const Shortcuts = () => {
  const center = useCommandCenter()
  const keyOf = useKeyOf()
  return (
    <div className={styles.line}>
      <Button icon="keyboard" keys={keyOf('keySheet')} onClick={() => center.run('keySheet')}>
        Show every key
      </Button>
      <span className={styles.dim}>Decisions, marks and moves are one key each.</span>
    </div>
  )
}
