import { TextField } from '../ui/text-field.tsx'
import styles from './bucket-fields.module.css'
import type { TypedDelivery } from './delivery-text.ts'

type Wish = TypedDelivery['addresses']

/** Addresses that take a picture each by PUT: a column of them, or a template. What is secret in them is shown nowhere else. */
export const AddressFields = ({
  wish,
  columns,
  onChange,
}: {
  wish: Wish
  /** Everything that can stand in braces, for the hint. */
  columns: readonly string[]
  onChange: (wish: Wish) => void
}) => (
  <div className={styles.fields}>
    <TextField
      label="Upload addresses"
      mono
      spellCheck={false}
      autoComplete="off"
      maxLength={4000}
      placeholder="{upload url}"
      value={wish.address}
      hint="A column of presigned PUT addresses in braces, or https://host/{path}?… with {file}, {path} and what a name can hold."
      error={unknownIn(wish.address, columns)}
      onChange={(event) => onChange({ ...wish, address: event.target.value })}
    />
    <TextField
      label="Own server"
      mono
      spellCheck={false}
      autoComplete="off"
      placeholder="none"
      value={wish.origin}
      hint="Only where the sheet’s addresses are of a private network: http://10.0.0.5:9000."
      error={
        wish.origin.trim() === '' || /^https?:\/\/[^/\s@?#]+\/?$/i.test(wish.origin.trim())
          ? null
          : 'Write it like http://10.0.0.5:9000, without a path.'
      }
      onChange={(event) => onChange({ ...wish, origin: event.target.value })}
    />
  </div>
)

function unknownIn(address: string, columns: readonly string[]): string | null {
  const known = new Set([...columns, 'file', 'path'].map((name) => name.trim().toLowerCase()))
  const unknown = Array.from(address.matchAll(/\{([^{}]*)\}/g)).find(
    ([, name = '']) => !known.has(name.trim().toLowerCase()),
  )
  return unknown ? `There is no column "${unknown[1]}".` : null
}
