import { useState } from 'react'
import type { LibraryInfo } from '#shared/contract/library.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useLibrary, useSettings } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Icon } from '../ui/icon.tsx'
import { notifyError } from '../ui/toast.tsx'
import styles from './caps-shut.module.css'

const time = new Intl.DateTimeFormat('en-GB', { dateStyle: 'medium', timeStyle: 'short' })

/** What became of the database, in a sentence for a person. */
function madeAgainText({ backupMs, pictures }: NonNullable<LibraryInfo['madeAgain']>): string {
  const from = backupMs === null ? 'from the pictures alone' : `from the backup of ${time.format(backupMs)}`
  const records = pictures === 0 ? '' : `, and ${pictures.toLocaleString('en-US')} younger pictures were brought back`
  return `The database was damaged and was made again ${from}${records}.`
}

/** Nothing paid starts after the database was made again, until a person has read why and opens the caps. */
export const CapsShut = () => {
  const [isAsking, setIsAsking] = useState(false)
  const library = useLibrary().data
  const { mutate, isPending } = useChangeSettings()
  const again = library?.madeAgain ?? null
  const open = () =>
    mutate(
      { capsShut: false },
      {
        onSuccess: () => setIsAsking(false),
        onError: (error) => notifyError('The caps could not be opened', error),
      },
    )
  return (
    <div className={styles.notice} role="status">
      <Icon name="warning" />
      <p>
        <b>Paid requests are shut.</b> {again ? madeAgainText(again) : 'The database was made again from a backup.'}{' '}
        What was paid since may be missing from the sums.
      </p>
      <Button onClick={() => setIsAsking(true)}>Open the caps</Button>
      {isAsking && (
        <Dialog
          title="Open the caps?"
          description="The sums under your caps may be too low."
          width="small"
          open
          onClose={() => setIsAsking(false)}
          foot={
            <>
              <Button onClick={() => setIsAsking(false)}>Keep them shut</Button>
              <Button look="go" disabled={isPending} onClick={open}>
                Open the caps
              </Button>
            </>
          }
        >
          <div className={styles.text}>
            {again && <p>{madeAgainText(again)}</p>}
            <p>
              Requests that were paid after that backup are counted only where their picture was brought back. So a cap
              of today or of this month may let more through than it says.
            </p>
            <p>
              Look at your providers’ own bills first, and lower a cap where needed. Free requests go on all the time;
              paid ones go on when you open the caps.
            </p>
          </div>
        </Dialog>
      )}
    </div>
  )
}

/** In every page: the shut caps; or, once, what became of the database. */
export const LibraryNotice = () => {
  const settings = useSettings().data
  const again = useLibrary().data?.madeAgain ?? null
  const name = again && `proofsheet made again ${again.backupMs} ${again.pictures} ${again.reason}`
  const [isSeen, setIsSeen] = useState(false)
  if (settings?.capsShut) return <CapsShut />
  if (!again || !name || isSeen || localStorage.getItem(name) !== null) return null
  return (
    <div className={styles.notice} role="status">
      <Icon name="history" />
      <p>{madeAgainText(again)} The damaged one lies in the library’s “damaged” folder.</p>
      <Button
        onClick={() => {
          localStorage.setItem(name, 'seen')
          setIsSeen(true)
        }}
      >
        Understood
      </Button>
    </div>
  )
}
