import { type ComponentProps, type ReactNode, useId } from 'react'
import { classNames } from './class-names.ts'
import styles from './text-field.module.css'

interface FieldProps {
  readonly label: string
  /** A line below: what it is for. */
  readonly hint?: ReactNode
  /** What is wrong with it; takes the hint's place. */
  readonly error?: string | null | undefined
  readonly labelHidden?: boolean
}

/** A label, a control and the line below it. The control gets the ids that tie them together. */
export const Field = ({
  label,
  hint,
  error,
  labelHidden = false,
  children,
}: FieldProps & {
  children: (tie: { id: string; 'aria-describedby'?: string; 'aria-invalid'?: true }) => ReactNode
}) => {
  const id = useId()
  const below = error ?? hint
  return (
    <div className={styles.field}>
      <label className={classNames(labelHidden ? 'visually-hidden' : styles.label)} htmlFor={id}>
        {label}
      </label>
      {children({
        id,
        ...(below !== undefined && below !== null && { 'aria-describedby': `${id}-below` }),
        ...(error && { 'aria-invalid': true }),
      })}
      {below !== undefined && below !== null && (
        <div id={`${id}-below`} className={error ? styles.error : styles.hint}>
          {below}
        </div>
      )}
    </div>
  )
}

export const TextField = ({
  label,
  hint,
  error,
  labelHidden = false,
  mono = false,
  ...rest
}: FieldProps & { mono?: boolean } & Omit<ComponentProps<'input'>, 'className'>) => (
  <Field label={label} hint={hint} error={error} labelHidden={labelHidden}>
    {(tie) => <input className={classNames(styles.input, mono && styles.mono)} type="text" {...tie} {...rest} />}
  </Field>
)

export const TextArea = ({
  label,
  hint,
  error,
  labelHidden = false,
  mono = false,
  ...rest
}: FieldProps & { mono?: boolean } & Omit<ComponentProps<'textarea'>, 'className'>) => (
  <Field label={label} hint={hint} error={error} labelHidden={labelHidden}>
    {(tie) => <textarea className={classNames(styles.input, mono && styles.mono)} rows={4} {...tie} {...rest} />}
  </Field>
)
