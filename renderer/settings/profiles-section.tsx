import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { SavedProfile, Settings } from '#shared/contract/settings.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { notify } from '../ui/toast.tsx'
import { NameDialog, stageDefault } from './profile-menu.tsx'
import { hasProfile, isSameProfile, profileText, usualProfiles, withProfile } from './saved-profiles.ts'
import styles from './settings-page.module.css'

/** What drafts and finals are made with, under names: to begin with one, rename it, or take it away. */
export const ProfilesSection = ({
  settings,
  providers,
  onChange,
}: {
  settings: Settings
  providers: readonly ProviderInfo[]
  onChange: (change: Partial<Settings>) => void
}) => {
  const { profiles } = settings
  const suggesting = providers.filter(
    (provider) =>
      provider.ready && usualProfiles(provider).some(({ stage, name }) => !hasProfile(profiles, stage, name)),
  )
  const remove = (saved: SavedProfile) => {
    onChange({ profiles: profiles.filter((one) => one !== saved) })
    notify({ title: `“${saved.name}” is forgotten`, action: { label: 'Keep it', run: () => onChange({ profiles }) } })
  }
  return (
    <div className={styles.form}>
      {(['draft', 'final'] as const).map((stage) => (
        <div key={stage}>
          <h3 className={styles.listTitle}>{stage === 'draft' ? 'Drafts' : 'Finals'}</h3>
          <ul className={styles.profiles}>
            {profiles
              .filter((one) => one.stage === stage)
              .map((one) => (
                <ProfileLine
                  key={one.name}
                  saved={one}
                  isDefault={isSameProfile(
                    one.profile,
                    stage === 'draft' ? settings.draftProfile : settings.finalProfile,
                  )}
                  isTaken={(name) => hasProfile(profiles, stage, name)}
                  onDefault={(on) =>
                    onChange(
                      on ? stageDefault(one) : stage === 'draft' ? { draftProfile: null } : { finalProfile: null },
                    )
                  }
                  onRename={(name) =>
                    onChange({
                      profiles: withProfile(
                        profiles.filter((each) => each !== one),
                        { ...one, name },
                      ),
                    })
                  }
                  onRemove={() => remove(one)}
                />
              ))}
          </ul>
          {!profiles.some((one) => one.stage === stage) && (
            <p className={styles.dim}>
              {stage === 'draft'
                ? 'None yet. The star beside a model on the load page saves one.'
                : 'None yet. The star in the tray saves one.'}
            </p>
          )}
        </div>
      ))}
      {suggesting.length > 0 && (
        <div className={styles.line}>
          <Select
            label="Add what a provider suggests"
            value=""
            choices={[
              { value: '', label: 'Add what a provider suggests' },
              ...suggesting.map(({ id, label, usual }) => ({
                value: id,
                label,
                note: usual ? `${usual.draft.model}, then ${usual.final.model}` : '',
              })),
            ]}
            onChange={(id) => {
              const provider = providers.find((each) => each.id === id)
              if (provider) onChange({ profiles: usualProfiles(provider).reduce(withProfile, [...profiles]) })
            }}
          />
        </div>
      )}
    </div>
  )
}

const ProfileLine = ({
  saved,
  isDefault,
  isTaken,
  onDefault,
  onRename,
  onRemove,
}: {
  saved: SavedProfile
  isDefault: boolean
  isTaken: (name: string) => boolean
  onDefault: (on: boolean) => void
  onRename: (name: string) => void
  onRemove: () => void
}) => {
  const [isNaming, setIsNaming] = useState(false)
  return (
    <li className={styles.profile}>
      <b>{saved.name}</b>
      <span className={styles.dim}>{profileText(saved)}</span>
      <Button look="quiet" {...(isDefault && { icon: 'check' as const })} onClick={() => onDefault(!isDefault)}>
        {isDefault ? 'The default' : 'Make it the default'}
      </Button>
      <IconButton icon="pencil" label={`Rename ${saved.name}`} onClick={() => setIsNaming(true)} />
      <IconButton icon="cross" label={`Forget ${saved.name}`} onClick={onRemove} />
      {isNaming && (
        <NameDialog
          usual={saved.name}
          isTaken={isTaken}
          onClose={() => setIsNaming(false)}
          onName={(name) => {
            onRename(name)
            setIsNaming(false)
          }}
        />
      )}
    </li>
  )
}
