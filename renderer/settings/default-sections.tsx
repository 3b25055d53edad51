import { useState } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import type { Settings } from '#shared/contract/settings.ts'
import { abilities } from '../api/host.ts'
import { firstProfile } from '../load/draft-wish.ts'
import { ProfilePicker } from '../load/profile-picker.tsx'
import { Button } from '../ui/button.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { TextField } from '../ui/text-field.tsx'
import { notifyError } from '../ui/toast.tsx'
import styles from './settings-page.module.css'

type Change = (change: Partial<Settings>) => void

/** What the load page and the deliver dialog begin with. */
export const DefaultsSection = ({
  settings,
  providers,
  onChange,
}: {
  settings: Settings
  providers: readonly ProviderInfo[]
  onChange: Change
}) => (
  <div className={styles.fields}>
    <ProfilePicker
      label="Model for drafts"
      providers={providers}
      profile={firstProfile(settings.draftProfile, providers)}
      onChange={(draftProfile) => {
        // The contract knows no profile without a model; the box is being typed in.
        if (draftProfile.model !== '') onChange({ draftProfile })
      }}
    />
    <NumberField
      label="Variants"
      value={settings.variants}
      min={1}
      max={64}
      hint="Drafts of each prompt, where the sheet says nothing."
      onChange={(variants) => onChange({ variants })}
    />
    <SettledText
      label="Names of delivered files"
      value={settings.nameTemplate}
      hint="Without ending, such as {id}-{variant}."
      onSettle={(nameTemplate) => {
        if (nameTemplate !== '') onChange({ nameTemplate })
      }}
    />
    <FolderField settings={settings} onChange={onChange} />
  </div>
)

const FolderField = ({ settings, onChange }: { settings: Settings; onChange: Change }) => {
  const { chooseFolder } = abilities
  const choose = async () => {
    const folder = await chooseFolder?.()
    if (folder) onChange({ deliveryFolder: folder })
  }
  return (
    <div>
      <SettledText
        key={settings.deliveryFolder}
        label="Folder for deliveries"
        value={settings.deliveryFolder ?? ''}
        hint="A whole path. Empty: asked each time."
        onSettle={(folder) => onChange({ deliveryFolder: folder === '' ? null : folder })}
      />
      {chooseFolder && (
        <Button
          icon="folder"
          className={styles.below}
          onClick={() => choose().catch((error) => notifyError('No folder was chosen', error))}
        >
          Choose
        </Button>
      )}
    </div>
  )
}

/** Stored once it is left, or with Enter. */
const SettledText = ({
  label,
  value,
  hint,
  onSettle,
}: {
  label: string
  value: string
  hint: string
  onSettle: (value: string) => void
}) => {
  const [typed, setTyped] = useState<string | null>(null)
  const settle = () => {
    const next = typed?.trim()
    setTyped(null)
    if (next !== undefined && next !== value) onSettle(next)
  }
  return (
    <TextField
      label={label}
      hint={hint}
      mono
      spellCheck={false}
      autoComplete="off"
      maxLength={500}
      value={typed ?? value}
      onChange={(event) => setTyped(event.target.value)}
      onBlur={settle}
      onKeyDown={(event) => {
        if (event.key === 'Enter') settle()
      }}
    />
  )
}

export const AppearanceSection = ({ settings, onChange }: { settings: Settings; onChange: Change }) => (
  <Segmented
    label="Theme"
    value={settings.theme}
    choices={[
      { value: 'system', label: 'As the system' },
      { value: 'light', label: 'Light' },
      { value: 'dark', label: 'Dark' },
    ]}
    onChange={(theme) => onChange({ theme })}
  />
)
