import { useState } from 'react'
import type { DeliveryOutput } from '#shared/contract/delivery.ts'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import styles from './deliver-dialog.module.css'

type Choice = 'none' | 'white' | 'black' | 'own'

const colours: Record<Exclude<Choice, 'none' | 'own'>, string> = { white: '#ffffff', black: '#000000' }
const firstOwn = '#e8e6e1'

function choiceOf(background: string | null): Choice {
  if (background === null) return 'none'
  if (background === colours.white) return 'white'
  return background === colours.black ? 'black' : 'own'
}

/** What stands behind what is transparent, and around a padded picture. */
export const BackgroundField = ({
  output: { background, fit, format },
  onChange,
}: {
  output: DeliveryOutput
  onChange: (background: string | null) => void
}) => {
  const [isOwn, setOwn] = useState(choiceOf(background) === 'own')
  const [typed, setTyped] = useState<string | null>(null)
  const hasTransparency = format !== 'jpeg'
  // What JPEG cannot show is white there.
  const shown = isOwn ? 'own' : choiceOf(background ?? (hasTransparency ? null : colours.white))
  return (
    <div className={styles.background}>
      <Select<Choice>
        label="Background"
        prefix={fit === 'pad' ? 'Padded with' : 'Behind it'}
        value={shown}
        choices={[
          ...(hasTransparency
            ? [{ value: 'none' as const, label: 'nothing', note: 'transparent where the format can' }]
            : []),
          { value: 'white', label: 'white' },
          { value: 'black', label: 'black' },
          { value: 'own', label: 'a colour' },
        ]}
        onChange={(choice) => {
          setOwn(choice === 'own')
          setTyped(null)
          onChange(choice === 'none' ? null : choice === 'own' ? (background ?? firstOwn) : colours[choice])
        }}
      />
      {shown === 'own' && (
        <>
          <input
            className={styles.swatch}
            type="color"
            aria-label="Pick the background colour"
            value={background ?? firstOwn}
            onChange={(event) => {
              setTyped(null)
              onChange(event.target.value)
            }}
          />
          <TextField
            label="Background colour"
            labelHidden
            mono
            spellCheck={false}
            autoComplete="off"
            maxLength={7}
            value={typed ?? background ?? ''}
            onChange={(event) => {
              const text = event.target.value.trim()
              setTyped(event.target.value)
              if (/^#[0-9a-f]{6}$/i.test(text)) onChange(text.toLowerCase())
            }}
            onBlur={() => setTyped(null)}
          />
        </>
      )}
    </div>
  )
}
