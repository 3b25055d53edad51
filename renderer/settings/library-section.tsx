import { messageOf } from '#shared/errors.ts'
import { useVerifyLibrary } from '../api/changes.ts'
import { useLibrary } from '../api/queries.ts'
import { bytesText } from '../deliver/delivery-text.ts'
import { Button } from '../ui/button.tsx'
import { Icon } from '../ui/icon.tsx'
import { Progress } from '../ui/progress.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { Facts } from '../ui/table.tsx'
import { countText } from '../ui/time-text.ts'
import styles from './settings-page.module.css'

const problemsShown = 100

/** Where the library is, what it holds, and whether all of it is sound. */
export const LibrarySection = () => {
  const library = useLibrary()
  const verify = useVerifyLibrary()
  if (library.isError) {
    return (
      <p className={styles.error}>
        {messageOf(library.error)} <Button onClick={() => library.refetch()}>Try again</Button>
      </p>
    )
  }
  if (!library.data) return <Skeleton lines={4} />
  const { folder, batches, images, pictureBytes, readOnly } = library.data
  return (
    <>
      <Facts
        facts={[
          ['Folder', <code key="folder">{folder}</code>],
          ['Batches', batches.toLocaleString('en-US')],
          ['Pictures', images.toLocaleString('en-US')],
          ['Size', bytesText(pictureBytes)],
          ['Open', readOnly ? 'for reading only, beside another window' : null],
        ]}
      />
      <div className={styles.line}>
        <Button disabled={verify.isPending} onClick={() => verify.mutate({})}>
          {verify.isPending ? 'Reading every picture' : 'Verify'}
        </Button>
        <span className={styles.dim}>Reads every picture and every sum again. Nothing is changed.</span>
      </div>
      {verify.isPending && <Progress label="Verifying" value={null} max={1} />}
      <div aria-live="polite">
        {verify.isError && <p className={styles.error}>It could not be verified. {messageOf(verify.error)}</p>}
        {verify.data?.ok && (
          <p className={styles.ok}>
            <Icon name="check" size={14} /> All sound: {countText(verify.data.pictures, 'picture file')},{' '}
            {countText(verify.data.images, 'image')}, {countText(verify.data.ledgerEntries, 'entry', 'entries')} of the
            ledger.
          </p>
        )}
        {verify.data && !verify.data.ok && (
          <>
            <p className={styles.warn}>
              <Icon name="warning" size={14} /> {countText(verify.data.problems.length, 'problem')} in{' '}
              {countText(verify.data.pictures, 'picture file')}:
            </p>
            <ul className={styles.verified}>
              {verify.data.problems.slice(0, problemsShown).map((problem) => (
                <li key={`${problem.sha256} ${problem.message}`}>{problem.message}</li>
              ))}
            </ul>
          </>
        )}
      </div>
    </>
  )
}
