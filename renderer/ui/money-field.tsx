import { useState } from 'react'
import { microsFrom, microsPerUnit } from '#shared/money.ts'
import { TextField } from './text-field.tsx'

/** Micros as a person types them: `0.0008`, `10`. */
export const amountText = (micros: number): string =>
  (micros / microsPerUnit).toFixed(6).replace(/0+$/, '').replace(/\.$/, '')

/** An amount of US dollars, in micros; an empty box is `null`, and says what that means in its hint. */
export const MoneyField = ({
  label,
  value,
  hint,
  labelHidden = false,
  placeholder,
  onChange,
}: {
  label: string
  value: number | null
  hint?: string | undefined
  labelHidden?: boolean
  placeholder?: string
  onChange: (micros: number | null) => void
}) => {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? (value === null ? '' : amountText(value))
  const isGood = text.trim() === '' || microsFrom(text) !== null
  return (
    <TextField
      label={label}
      labelHidden={labelHidden}
      hint={hint}
      error={isGood ? null : 'An amount of US dollars, such as 0.04.'}
      inputMode="decimal"
      autoComplete="off"
      placeholder={placeholder}
      value={text}
      onChange={(event) => {
        setTyped(event.target.value)
        const micros = microsFrom(event.target.value)
        if (micros !== null || event.target.value.trim() === '') onChange(micros)
      }}
      onBlur={() => {
        if (isGood) setTyped(null)
      }}
    />
  )
}
