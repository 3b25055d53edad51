import { useState } from 'react'
import type { SavedProfile, Settings } from '#shared/contract/settings.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Menu, type MenuItem } from '../ui/menu.tsx'
import { TextField } from '../ui/text-field.tsx'
import { notifyError } from '../ui/toast.tsx'
import { hasProfile, isSameProfile, type Stage, withProfile } from './saved-profiles.ts'

/** A profile without a name yet. */
type Chosen =
  | Pick<Extract<SavedProfile, { stage: 'draft' }>, 'stage' | 'profile'>
  | Pick<Extract<SavedProfile, { stage: 'final' }>, 'stage' | 'profile'>

/** Saved profiles of a stage: a menu to take one, to save what is chosen now, and to make it the one to begin with. */
export const ProfileMenu = ({
  stage,
  current,
  onTake,
}: {
  stage: Stage
  /** What is chosen now; `null` where it is nothing that could be saved. */
  current: Chosen | null
  onTake: (saved: SavedProfile) => void
}) => {
  const [isNaming, setIsNaming] = useState(false)
  const settings = useSettings().data
  const { mutate } = useChangeSettings()
  const change = (part: Partial<Settings>) =>
    mutate(part, { onError: (error) => notifyError('The profile could not be stored', error) })
  const profiles = settings?.profiles ?? []
  const ofStage = profiles.filter((one) => one.stage === stage)
  const chosen = current?.profile ?? null
  const isDefault =
    settings !== undefined && isSameProfile(chosen, stage === 'draft' ? settings.draftProfile : settings.finalProfile)
  const items: (MenuItem | 'line')[] = [
    ...ofStage.map((one) => ({
      label: one.name,
      ...(isSameProfile(one.profile, chosen) && { icon: 'check' as const }),
      onSelect: () => onTake(one),
    })),
    ...(ofStage.length > 0 ? ['line' as const] : []),
    {
      label: 'Save as a profile',
      icon: 'plus' as const,
      disabled: current === null,
      onSelect: () => setIsNaming(true),
    },
    {
      label: stage === 'draft' ? 'Begin every sheet with it' : 'Begin every tray with it',
      ...(isDefault && { icon: 'check' as const }),
      disabled: current === null || isDefault,
      onSelect: () => current && change(stageDefault(current)),
    },
  ]
  return (
    <>
      <Menu align="end" trigger={<IconButton icon="star" label="Saved profiles" />} items={items} />
      {isNaming && current && (
        <NameDialog
          isTaken={(name) => hasProfile(profiles, stage, name)}
          onClose={() => setIsNaming(false)}
          onName={(name) => {
            change({ profiles: withProfile(profiles, { ...current, name }) })
            setIsNaming(false)
          }}
        />
      )}
    </>
  )
}

/** The setting that makes a profile the one to begin with. */
export const stageDefault = (saved: Chosen): Partial<Settings> =>
  saved.stage === 'draft' ? { draftProfile: saved.profile } : { finalProfile: saved.profile }

export const NameDialog = ({
  usual = '',
  isTaken,
  onName,
  onClose,
}: {
  usual?: string
  isTaken: (name: string) => boolean
  onName: (name: string) => void
  onClose: () => void
}) => {
  const [name, setName] = useState(usual)
  const trimmed = name.trim()
  const replaces = trimmed !== '' && trimmed !== usual && isTaken(trimmed)
  const save = () => {
    if (trimmed !== '') onName(trimmed)
  }
  return (
    <Dialog
      title={usual === '' ? 'Save as a profile' : 'Rename the profile'}
      description="For every sheet and batch of this library, and for the command line (--profile)."
      width="small"
      open
      onClose={onClose}
      foot={
        <>
          <Button onClick={onClose}>Cancel</Button>
          <Button look="go" disabled={trimmed === ''} onClick={save}>
            {replaces ? 'Replace' : 'Save'}
          </Button>
        </>
      }
    >
      <TextField
        label="Name"
        value={name}
        maxLength={60}
        hint={replaces ? 'A profile of this name is there: it will be replaced.' : undefined}
        onChange={(event) => setName(event.target.value)}
        onKeyDown={(event) => event.key === 'Enter' && save()}
      />
    </Dialog>
  )
}
