import type { ReactNode } from 'react'
import type { ProviderInfo } from '#shared/contract/providers.ts'
import { type Profile, profileName } from '#shared/generation-request.ts'
import { hrefOf } from '../app/router.ts'
import { retiredText } from '../settings/provider-groups.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { Checkbox } from '../ui/checkbox.tsx'
import { Select } from '../ui/select.tsx'
import { Field, TextField } from '../ui/text-field.tsx'
import { profileOf } from './draft-wish.ts'
import { modelOf, notReadyText, profileChoices, sizeChoices, sizeText, typedModel } from './profile-choices.ts'
import styles from './profile-picker.module.css'

/** Chooses what pictures are made with: provider and model, size, and quality where the model has several. */
export const ProfilePicker = ({
  label,
  providers,
  profile,
  aside = null,
  onChange,
}: {
  label: string
  providers: readonly ProviderInfo[]
  profile: Profile
  /** Stands beside the box. */
  aside?: ReactNode
  onChange: (profile: Profile) => void
}) => {
  const choices = profileChoices(providers)
  const provider = providers.find((each) => each.id === profile.provider)
  const model = modelOf(providers, profile)
  const isTyped = model === null && provider?.anyModel === true
  const successor = provider?.models.find((each) => each.id === model?.retired?.successor)
  const notReady = provider ? notReadyText(provider) : null
  const value = isTyped ? profileName({ provider: profile.provider, model: typedModel }) : profileName(profile)
  const choose = (name: string) => {
    const slash = name.indexOf('/')
    const id = name.slice(slash + 1)
    onChange(profileOf(name.slice(0, slash), id === typedModel ? '' : id))
  }
  return (
    <div className={styles.picker}>
      <div className={aside ? styles.model : undefined}>
        <Field label={label}>
          {({ id }) => <Select id={id} label={label} value={value} choices={choices} onChange={choose} />}
        </Field>
        {aside}
      </div>
      {model?.retired && (
        <p className={styles.wait} role="status">
          {retiredText(model)}{' '}
          {successor && (
            <Button look="quiet" onClick={() => onChange(profileOf(profile.provider, successor.id))}>
              Use {successor.label}
            </Button>
          )}
        </p>
      )}
      {isTyped && (
        <TextField
          label="Model id"
          mono
          value={profile.model}
          error={profile.model.trim() === '' ? 'The id of the model, as its server knows it.' : null}
          onChange={(event) => onChange({ ...profile, model: event.target.value.trim() })}
        />
      )}
      {notReady && (
        <p className={styles.wait}>
          {notReady}{' '}
          <LinkButton href={hrefOf({ page: 'settings' })} look="quiet" icon="gear">
            Open settings
          </LinkButton>
        </p>
      )}
      {model && (
        <Field label="Size">
          {({ id }) => (
            <Select
              id={id}
              label="Size"
              value={profile.width === null || profile.height === null ? '' : `${profile.width}x${profile.height}`}
              choices={[
                {
                  value: '',
                  label: `Drafts of this model, ${sizeText(model.draftSize)}`,
                  note: 'in the sheet’s shape',
                },
                ...sizeChoices(model).map((size) => ({
                  value: `${size.width}x${size.height}`,
                  label: sizeText(size),
                })),
              ]}
              onChange={(next) => {
                const [width, height] = next.split('x').map(Number)
                onChange(width && height ? { ...profile, width, height } : { ...profile, width: null, height: null })
              }}
            />
          )}
        </Field>
      )}
      {model?.takesTransparent && (
        <Checkbox
          checked={profile.options.transparent === true}
          onChange={(transparent) => onChange({ ...profile, options: withTransparent(profile.options, transparent) })}
        >
          Transparent background
        </Checkbox>
      )}
      {model && model.qualities.length > 0 && (
        <Field label="Quality">
          {({ id }) => (
            <Select
              id={id}
              label="Quality"
              value={profile.quality ?? ''}
              choices={[
                { value: '', label: 'The model’s own' },
                ...model.qualities.map((quality) => ({ value: quality, label: quality })),
              ]}
              onChange={(quality) => onChange({ ...profile, quality: quality === '' ? null : quality })}
            />
          )}
        </Field>
      )}
    </div>
  )
}

/** Not asked for is no option at all, so that the wish stays what it was. */
function withTransparent({ transparent: _, ...others }: Profile['options'], isAsked: boolean): Profile['options'] {
  return isAsked ? { ...others, transparent: true } : others
}
