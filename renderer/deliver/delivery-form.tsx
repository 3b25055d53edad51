import type { NameMistake } from '#shared/filename-template.ts'
import { abilities } from '../api/host.ts'
import { Checkbox } from '../ui/checkbox.tsx'
import { NumberField } from '../ui/number-field.tsx'
import { PathField } from '../ui/path-field.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { Select } from '../ui/select.tsx'
import { TextField } from '../ui/text-field.tsx'
import { AddressFields } from './address-fields.tsx'
import { BucketFields } from './bucket-fields.tsx'
import styles from './deliver-dialog.module.css'
import { addressColumn, type TypedDelivery } from './delivery-text.ts'
import { OutputsField } from './outputs-field.tsx'

const layoutHints: Record<TypedDelivery['layout'], string> = {
  approved: 'approved/',
  flat: 'Approved pictures, all in one place.',
  'by-column': 'Approved pictures, a folder for each cell of the column.',
  'by-decision': 'approved/, rejected/ and pending-review/',
}

/** Where to, what, and how files are named. */
export const DeliveryForm = ({
  wish,
  columns,
  known,
  mistake,
  before,
  onChange,
}: {
  wish: TypedDelivery
  /** Columns that can name folders. */
  columns: readonly { readonly name: string; readonly samples: readonly string[] }[]
  /** Everything that can stand in braces. */
  known: readonly string[]
  mistake: NameMistake | undefined
  /** Where this batch went before, in a sentence. */
  before: string | null
  onChange: (wish: TypedDelivery) => void
}) => {
  const sendTo = (to: TypedDelivery['to']) => {
    const column = wish.addresses.address === '' ? addressColumn(columns) : null
    onChange({
      ...wish,
      to,
      ...(to === 'addresses' && column !== null && { addresses: { ...wish.addresses, address: `{${column}}` } }),
    })
  }
  return (
    <div className={styles.form}>
      <div className={styles.choice}>
        <span className={styles.label}>Where to</span>
        <Segmented
          label="Where to"
          value={wish.to}
          choices={[
            { value: 'folder', label: 'This machine' },
            { value: 'bucket', label: 'Bucket' },
            { value: 'addresses', label: 'Addresses' },
          ]}
          onChange={sendTo}
        />
      </div>
      {wish.to === 'addresses' && (
        <AddressFields
          wish={wish.addresses}
          columns={known}
          onChange={(addresses) => onChange({ ...wish, addresses })}
        />
      )}
      {wish.to === 'bucket' ? (
        <BucketFields wish={wish.bucket} onChange={(bucket) => onChange({ ...wish, bucket })} />
      ) : (
        <PathField
          label={wish.to === 'addresses' ? 'Folder for the manifest' : 'Folder'}
          value={wish.folder}
          hint={before ?? 'A folder named after the batch is made in it.'}
          choose={abilities.chooseFolder}
          onChange={(folder) => onChange({ ...wish, folder })}
        />
      )}
      <div className={styles.choice}>
        <span className={styles.label}>Layout</span>
        <Segmented
          label="Layout"
          value={wish.layout}
          choices={[
            { value: 'approved', label: 'Approved' },
            { value: 'flat', label: 'No folders' },
            ...(columns.length > 0 ? [{ value: 'by-column' as const, label: 'By column' }] : []),
            { value: 'by-decision', label: 'By decision' },
          ]}
          onChange={(layout) => onChange({ ...wish, layout, column: wish.column ?? columns[0]?.name ?? null })}
        />
        {wish.layout === 'by-column' && (
          <Select
            label="Column that names the folders"
            prefix="Folders named by"
            value={wish.column ?? ''}
            choices={columns.map(({ name }) => ({ value: name, label: name }))}
            onChange={(column) => onChange({ ...wish, column })}
          />
        )}
        <span className={styles.hint}>{layoutHints[wish.layout]}</span>
      </div>
      <div className={styles.choice}>
        <span className={styles.label}>Pictures</span>
        <Segmented
          label="Pictures"
          value={wish.stage}
          choices={[
            { value: 'best', label: 'Best' },
            { value: 'final', label: 'Finals only' },
            { value: 'draft', label: 'Drafts only' },
          ]}
          onChange={(stage) => onChange({ ...wish, stage })}
        />
        <span className={styles.hint}>
          {wish.stage === 'best' && 'The newest approved final of each, else its draft.'}
          {wish.stage === 'final' && 'Only what was made in full size.'}
          {wish.stage === 'draft' && 'The drafts, also where there is a final.'}
        </span>
      </div>
      <OutputsField outputs={wish.outputs} onChange={(outputs) => onChange({ ...wish, outputs })} />
      <div>
        <TextField
          label="Name of each file"
          mono
          spellCheck={false}
          autoComplete="off"
          maxLength={500}
          value={wish.nameTemplate}
          hint="Without its ending; the ending is that of the picture."
          error={mistake ? `Character ${mistake.at + 1}: ${mistake.message}` : null}
          onChange={(event) => onChange({ ...wish, nameTemplate: event.target.value })}
        />
        <div className={styles.inserts} role="toolbar" aria-label="Add to the name">
          {known.map((placeholder) => (
            <button
              key={placeholder}
              type="button"
              className={styles.insert}
              onClick={() => onChange({ ...wish, nameTemplate: withPlaceholder(wish.nameTemplate, placeholder) })}
            >
              {placeholder}
            </button>
          ))}
        </div>
      </div>
      {/\{\s*number\s*\}/i.test(wish.nameTemplate) && (
        <NumberField
          label="Numbers begin with"
          min={0}
          max={999_999}
          value={wish.numberStart}
          onChange={(numberStart) => onChange({ ...wish, numberStart })}
        />
      )}
      <fieldset className={styles.extras}>
        <legend className={styles.label}>Also</legend>
        <Checkbox checked={wish.contactSheet} onChange={(contactSheet) => onChange({ ...wish, contactSheet })}>
          Contact sheet, one HTML page to look at or print
        </Checkbox>
        <Checkbox checked={wish.checksums} onChange={(checksums) => onChange({ ...wish, checksums })}>
          Checksums
        </Checkbox>
        <Checkbox checked={wish.sidecars} onChange={(sidecars) => onChange({ ...wish, sidecars })}>
          XMP file beside each picture
        </Checkbox>
        {wish.to === 'folder' && (
          <Checkbox
            checked={wish.links === 'link'}
            onChange={(isLink) => onChange({ ...wish, links: isLink ? 'link' : 'copy' })}
          >
            Share disk space with the library where the disk can
          </Checkbox>
        )}
        {wish.to === 'folder' && wish.links === 'link' && (
          <span className={styles.hint}>A linked file is the library’s own: change it elsewhere only as a copy.</span>
        )}
      </fieldset>
      <p className={styles.hint}>
        {wish.to === 'addresses' ? 'In the folder: ' : 'Beside the pictures: '}
        <code>manifest.json</code> and <code>manifest.csv</code>, which tie every file to its prompt, model, seed, size,
        decision, price and the columns of your sheet. They are written last.
      </p>
    </div>
  )
}

const withPlaceholder = (template: string, placeholder: string): string =>
  `${template}${template === '' || /[-_. /]$/.test(template) ? '' : '-'}{${placeholder}}`
