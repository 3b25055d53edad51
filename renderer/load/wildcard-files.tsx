import { useRef, useState } from 'react'
import { useAddWildcards, useRemoveWildcards } from '../api/changes.ts'
import { useWildcards } from '../api/queries.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { countText } from '../ui/time-text.ts'
import { notify, notifyError } from '../ui/toast.tsx'
import { asWildcards, chosenFiles, droppedFiles, type PlacedFile } from './dropped-files.ts'
import styles from './prompt-section.module.css'

const filesShown = 50

/** The library's wildcards: chosen or dropped here as files, folders or zips; what each can be called. */
export const WildcardFiles = () => {
  const files = useWildcards().data ?? []
  const add = useAddWildcards()
  const remove = useRemoveWildcards()
  const picker = useRef<HTMLInputElement>(null)
  const folder = useRef<HTMLInputElement>(null)
  const [isOver, setOver] = useState(false)

  const keep = async (placed: readonly PlacedFile[]) => {
    const given = await asWildcards(placed)
    if (given.length === 0) {
      notify({ title: 'No wildcards in that', text: 'They are .txt, .yaml, .json or .zip files.' })
      return
    }
    const { added } = await add.mutateAsync({ files: given })
    const wrong = added.filter((file) => file.problem !== null)
    notify({ title: `${countText(added.length, 'wildcard file')} kept`, text: wrong[0]?.problem ?? '' })
  }
  const tell = (error: unknown) => notifyError('The wildcards were not kept', error)
  return (
    <section
      className={classNames(styles.part, styles.drop, isOver && styles.over)}
      aria-label="Wildcards"
      onDragOver={(event) => {
        event.preventDefault()
        setOver(true)
      }}
      onDragLeave={() => setOver(false)}
      onDrop={(event) => {
        // The window takes a dropped sheet; what falls here is none.
        event.preventDefault()
        setOver(false)
        droppedFiles(event.dataTransfer.items).then(keep).catch(tell)
      }}
    >
      <div className={styles.head}>
        <h3>Wildcards</h3>
        <Button look="quiet" icon="plus" disabled={add.isPending} onClick={() => picker.current?.click()}>
          Add files
        </Button>
        <Button look="quiet" icon="folder" disabled={add.isPending} onClick={() => folder.current?.click()}>
          Add a folder
        </Button>
        <span className={styles.hint}>or drop files, a folder or a zip here</span>
        <input
          ref={picker}
          className="visually-hidden"
          type="file"
          multiple
          accept=".txt,.yaml,.yml,.json,.zip"
          tabIndex={-1}
          aria-label="Wildcard files"
          onChange={(event) => {
            keep(chosenFiles(event.target.files ?? [])).catch(tell)
            event.target.value = ''
          }}
        />
        <input
          ref={folder}
          className="visually-hidden"
          type="file"
          tabIndex={-1}
          aria-label="Folder of wildcards"
          {...{ webkitdirectory: '' }}
          onChange={(event) => {
            keep(chosenFiles(event.target.files ?? [])).catch(tell)
            event.target.value = ''
          }}
        />
      </div>
      <ul className={styles.files}>
        {files.slice(0, filesShown).map((file) => (
          <li key={file.path} className={styles.file}>
            <span>{file.path}</span>
            {file.problem === null ? (
              <>
                <code>
                  {file.lists
                    .slice(0, 3)
                    .map((list) => `__${list.name}__`)
                    .join(' ')}
                </code>
                <span className={styles.hint}>
                  {countText(
                    file.lists.reduce((sum, list) => sum + list.values, 0),
                    'value',
                  )}
                </span>
              </>
            ) : (
              <span className={styles.problem}>{file.problem}</span>
            )}
            <span className={styles.grow} />
            <IconButton
              icon="cross"
              label={`Take out ${file.path}`}
              onClick={() =>
                remove.mutate(
                  { paths: [file.path] },
                  { onError: (error) => notifyError(`${file.path} was not taken out`, error) },
                )
              }
            />
          </li>
        ))}
      </ul>
      {files.length > filesShown && (
        <p className={styles.hint}>and {countText(files.length - filesShown, 'file')} more</p>
      )}
    </section>
  )
}
