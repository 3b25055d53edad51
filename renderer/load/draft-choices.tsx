import type { ProviderInfo } from '#shared/contract/providers.ts'
import { ProfileMenu } from '../settings/profile-menu.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { MoneyField } from '../ui/money-field.tsx'
import { NumberField } from '../ui/number-field.tsx'
import styles from './draft-choices.module.css'
import { type DraftWish, firstProfile } from './draft-wish.ts'
import { ProfilePicker } from './profile-picker.tsx'

/** The contract's own limits. */
const most = { profiles: 8, variants: 64, seed: 4_294_967_295 }

/** What drafts are made with: one model or several, how many of each prompt, and from which seed on. */
export const DraftChoices = ({
  wish,
  providers,
  needsPrice,
  withoutPrice,
  onChange,
}: {
  wish: DraftWish
  providers: readonly ProviderInfo[]
  needsPrice: boolean
  /** The model whose price nobody knows, where it is known which. */
  withoutPrice: string | null
  onChange: (wish: DraftWish) => void
}) => {
  const many = wish.profiles.length > 1
  const countColumn = wish.mapping.count
  return (
    <aside className={styles.choices} aria-label="Drafts">
      <h3>Drafts</h3>
      {wish.profiles.map((profile, index) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the same model may stand here twice, with two sizes
        <div key={index} className={styles.profile}>
          <ProfilePicker
            aside={
              <ProfileMenu
                stage="draft"
                current={profile.model === '' ? null : { stage: 'draft', profile }}
                onTake={(saved) =>
                  saved.stage === 'draft' && onChange({ ...wish, profiles: wish.profiles.with(index, saved.profile) })
                }
              />
            }
            label={many ? `Model ${index + 1}` : 'Model'}
            providers={providers}
            profile={profile}
            onChange={(next) => onChange({ ...wish, profiles: wish.profiles.with(index, next) })}
          />
          {many && (
            <div className={styles.remove}>
              <IconButton
                icon="cross"
                label={`Without model ${index + 1}`}
                onClick={() => onChange({ ...wish, profiles: wish.profiles.toSpliced(index, 1) })}
              />
            </div>
          )}
        </div>
      ))}
      {wish.profiles.length < most.profiles && (
        <Button
          look="quiet"
          icon="plus"
          className={styles.add}
          onClick={() => onChange({ ...wish, profiles: [...wish.profiles, firstProfile(null, providers)] })}
        >
          Compare another model
        </Button>
      )}
      <div className={styles.numbers}>
        <NumberField
          label="Variants"
          value={wish.variants}
          min={1}
          max={most.variants}
          hint={countColumn === undefined ? 'Drafts of each prompt.' : `Where “${countColumn}” is empty.`}
          onChange={(variants) => onChange({ ...wish, variants })}
        />
        <NumberField
          label="Base seed"
          value={wish.baseSeed}
          min={0}
          max={most.seed}
          hint="The same seed gives the same drafts."
          onChange={(baseSeed) => onChange({ ...wish, baseSeed })}
        />
      </div>
      {needsPrice && (
        <MoneyField
          label="Price of one picture, US dollars"
          value={wish.pricePerImageMicros}
          placeholder="0.04"
          hint={`No price is known for ${withoutPrice ?? 'this model'}. Look it up at its provider; 0 where it is free.`}
          onChange={(pricePerImageMicros) => onChange({ ...wish, pricePerImageMicros })}
        />
      )}
    </aside>
  )
}
