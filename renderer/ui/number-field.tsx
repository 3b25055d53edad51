import { useState } from 'react'
import { TextField } from './text-field.tsx'

/** `12` -> 12; `null` where it is no whole number from `min` to `max`. */
export function wholeNumberFrom(text: string, min: number, max: number): number | null {
  const trimmed = text.trim()
  if (!/^-?\d{1,15}$/.test(trimmed)) return null
  const number = Number(trimmed)
  return number >= min && number <= max ? number : null
}

/** A whole number. What cannot be used stays in the box with its reason, and the last good value stands. */
export const NumberField = ({
  label,
  value,
  min,
  max,
  hint,
  disabled = false,
  onChange,
}: {
  label: string
  value: number
  min: number
  max: number
  hint?: string | undefined
  disabled?: boolean
  onChange: (value: number) => void
}) => {
  const [typed, setTyped] = useState<string | null>(null)
  const text = typed ?? String(value)
  const isGood = wholeNumberFrom(text, min, max) !== null
  return (
    <TextField
      label={label}
      hint={hint}
      error={isGood ? null : `A whole number from ${min} to ${max.toLocaleString('en-US')}.`}
      inputMode="numeric"
      autoComplete="off"
      disabled={disabled}
      value={text}
      onChange={(event) => {
        setTyped(event.target.value)
        const number = wholeNumberFrom(event.target.value, min, max)
        if (number !== null) onChange(number)
      }}
      onKeyDown={(event) => {
        if (event.key !== 'ArrowUp' && event.key !== 'ArrowDown') return
        event.preventDefault()
        setTyped(null)
        onChange(Math.min(max, Math.max(min, value + (event.key === 'ArrowUp' ? 1 : -1))))
      }}
      onBlur={() => {
        if (isGood) setTyped(null)
      }}
    />
  )
}
