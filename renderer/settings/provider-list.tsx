import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { TextField } from '../ui/text-field.tsx'
import { groupsOf } from './provider-groups.ts'
import { ProviderSection } from './provider-section.tsx'
import styles from './providers.module.css'

/** Every provider by what it needs, and a box that finds one by its name or by a model. */
export const ProviderList = ({ providers }: { providers: readonly ProviderInfo[] }) => {
  const [search, setSearch] = useState('')
  const [opened, setOpened] = useState<readonly string[]>([])
  const groups = groupsOf(providers, search)
  return (
    <div className={styles.list}>
      <TextField
        label="Search providers and models"
        labelHidden
        type="search"
        placeholder="Search providers and models"
        autoComplete="off"
        spellCheck={false}
        value={search}
        onChange={(event) => setSearch(event.target.value)}
      />
      {groups.length === 0 && <p className={styles.dim}>No provider and no model is called that.</p>}
      {groups.map(({ title, hint, members }) => (
        <section key={title} className={styles.group} aria-label={title}>
          <header className={styles.groupHead}>
            <h3>{title}</h3>
            <span className={styles.count}>{members.length}</span>
            <span className={styles.groupHint}>{hint}</span>
          </header>
          <div className={styles.cards}>
            {members.map((provider) => (
              <ProviderSection
                key={provider.id}
                provider={provider}
                open={opened.includes(provider.id)}
                onOpenChange={(open) =>
                  setOpened((before) =>
                    open ? [...before, provider.id] : before.filter((each) => each !== provider.id),
                  )
                }
              />
            ))}
          </div>
        </section>
      ))}
    </div>
  )
}
