import { useRef, useState } from 'react'
import type { ReferencePicture, WantedReference } from '#shared/contract/references.ts'
import { referenceRoles } from '#shared/contract/sheets.ts'
import { messageOf } from '#shared/errors.ts'
import { useAddReference, useFetchReferences } from '../api/changes.ts'
import { usePictureThumb, useReferences } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { countText } from '../ui/time-text.ts'
import { notifyError } from '../ui/toast.tsx'
import { base64Of } from './base64.ts'
import type { DraftWish } from './draft-wish.ts'
import { droppedPictures, type NamedPicture, picturesIn } from './dropped-pictures.ts'
import styles from './references.module.css'

const shown = { pictures: 24, missing: 6 }
const mostOfBatch = 16

/** Pictures that go in with prompts: those that rows name, and those that a person presses to go in with every prompt. */
export const References = ({
  sheetId,
  wish,
  onChange,
}: {
  sheetId: number
  wish: DraftWish
  onChange: (wish: DraftWish) => void
}) => {
  const list = useReferences(sheetId, wish.mapping).data
  const { add, adding } = useAddPictures(sheetId)
  const fetching = useFetchReferences()
  const [isOver, setOver] = useState(false)
  const ofBatch = wish.references ?? []
  const isMapped = referenceRoles.some((role) => wish.mapping[role] !== undefined)
  const missing = (list?.wanted ?? []).filter((one) => one.sha256 === null)
  const addresses = missing.filter((one) => one.kind === 'address').length
  const toggle = ({ name, sha256 }: ReferencePicture) =>
    onChange({
      ...wish,
      references: ofBatch.some((one) => one.sha256 === sha256)
        ? ofBatch.filter((one) => one.sha256 !== sha256)
        : [...ofBatch, { name, sha256 }].slice(0, mostOfBatch),
    })

  return (
    <section
      className={classNames(styles.section, isOver && styles.over)}
      aria-labelledby="references-title"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        setOver(false)
        // Only pictures are taken here; a sheet goes on to the window's own drop place.
        if ([...event.dataTransfer.items].some((item) => item.type !== '' && !item.type.startsWith('image/'))) return
        event.preventDefault()
        droppedPictures(event.dataTransfer)
          .then(add)
          .catch((error: unknown) => notifyError('The pictures could not be read', error))
      }}
    >
      <header className={styles.head}>
        <h3 id="references-title">Reference pictures</h3>
        <span className={styles.note}>{headNote(isMapped, list?.wantedCount ?? 0, list?.missingCount ?? 0)}</span>
        <span className={styles.grow} />
        {addresses > 0 && (
          <Button
            look="quiet"
            disabled={fetching.isPending}
            onClick={() =>
              fetching.mutate(
                { sheetId, mapping: wish.mapping },
                { onError: (error) => notifyError('The addresses could not be fetched', error) },
              )
            }
          >
            {fetching.isPending ? 'Fetching' : `Fetch ${countText(addresses, 'address', 'addresses')}`}
          </Button>
        )}
        <PicturePicker label="Add a folder" isFolder disabled={adding !== null} onFiles={add} />
        <PicturePicker label={adding ?? 'Add pictures'} disabled={adding !== null} onFiles={add} />
      </header>
      {missing.length > 0 && <Missing missing={missing} count={list?.missingCount ?? 0} />}
      {fetching.data && fetching.data.failed.length > 0 && (
        <p className={styles.missing} role="alert">
          {fetching.data.failed[0]?.message}
          {fetching.data.failed.length > 1 && ` And ${fetching.data.failed.length - 1} more.`}
        </p>
      )}
      {list && list.pictures.length > 0 && (
        <>
          <ul className={styles.pictures}>
            {list.pictures.slice(0, shown.pictures).map((picture) => (
              <li key={picture.name}>
                <Thumb
                  picture={picture}
                  isOn={ofBatch.some((one) => one.sha256 === picture.sha256)}
                  onToggle={() => toggle(picture)}
                />
              </li>
            ))}
          </ul>
          <p className={styles.note}>
            {list.pictures.length > shown.pictures && `The first ${shown.pictures} of ${list.pictures.length}. `}
            Press a picture to send it with every prompt.
          </p>
        </>
      )}
    </section>
  )
}

function headNote(isMapped: boolean, wanted: number, missing: number): string {
  if (!isMapped) return 'Drop pictures or a folder here, or choose a column that names them.'
  if (wanted === 0) return 'No row names one.'
  return missing === 0
    ? `Rows name ${wanted.toLocaleString('en-US')}; all are here.`
    : `Rows name ${wanted.toLocaleString('en-US')}.`
}

const Missing = ({ missing, count }: { missing: readonly WantedReference[]; count: number }) => (
  <div className={styles.missing}>
    <b>{countText(count, 'picture')} missing</b>
    <ul>
      {missing.slice(0, shown.missing).map((one) => (
        <li key={one.name}>
          <code title={one.name}>{one.name}</code>{' '}
          <span>
            row {one.firstRow}
            {one.rows > 1 && ` and ${countText(one.rows - 1, 'other')}`}
          </span>
        </li>
      ))}
      {count > shown.missing && <li>and {(count - shown.missing).toLocaleString('en-US')} more</li>}
    </ul>
  </div>
)

const Thumb = ({ picture, isOn, onToggle }: { picture: ReferencePicture; isOn: boolean; onToggle: () => void }) => {
  const thumb = usePictureThumb(picture.sha256)
  return (
    <button
      type="button"
      className={classNames(styles.thumb, isOn && styles.on)}
      aria-pressed={isOn}
      title={`${picture.name}, ${picture.width} × ${picture.height}`}
      onClick={onToggle}
    >
      {thumb.data ? <img src={thumb.data} alt="" /> : <span className={styles.wait} />}
      <span className={styles.name}>{picture.name}</span>
      {isOn && <span className={styles.badge}>every prompt</span>}
    </button>
  )
}

const PicturePicker = ({
  label,
  isFolder = false,
  disabled,
  onFiles,
}: {
  label: string
  isFolder?: boolean
  disabled: boolean
  onFiles: (pictures: readonly NamedPicture[]) => void
}) => {
  const picker = useRef<HTMLInputElement>(null)
  return (
    <span className={styles.picker}>
      <Button
        look="quiet"
        icon={isFolder ? 'folder' : 'plus'}
        disabled={disabled}
        onClick={() => picker.current?.click()}
      >
        {label}
      </Button>
      <input
        ref={picker}
        className="visually-hidden"
        type="file"
        multiple
        accept="image/png,image/jpeg,image/webp,image/avif"
        tabIndex={-1}
        aria-label={isFolder ? 'Folder with reference pictures' : 'Reference pictures'}
        {...(isFolder ? { webkitdirectory: '' } : {})}
        onChange={(event) => {
          onFiles(picturesIn(event.target.files ?? []))
          event.target.value = ''
        }}
      />
    </span>
  )
}

/** Sends pictures one after the other, so that a folder of hundreds holds one in memory at a time. */
function useAddPictures(sheetId: number) {
  const mutation = useAddReference()
  const [adding, setAdding] = useState<string | null>(null)
  const add = async (pictures: readonly NamedPicture[]) => {
    const failed: string[] = []
    for (const [index, { name, file }] of pictures.entries()) {
      setAdding(`Adding ${index + 1} of ${pictures.length}`)
      try {
        await mutation.mutateAsync({ sheetId, name, bytesBase64: await base64Of(file) })
      } catch (error) {
        failed.push(messageOf(error))
      }
    }
    setAdding(null)
    if (failed.length > 0)
      notifyError(`${countText(failed.length, 'picture')} could not be added`, new Error(failed[0] ?? ''))
  }
  return { add: (pictures: readonly NamedPicture[]) => void add(pictures), adding }
}
