import { messageOf } from '#shared/errors.ts'
import { useHistory } from '../api/queries.ts'
import { useKeyOf } from '../keys/command-center.tsx'
import { useReview, useReviewActions } from '../review/session-context.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { notify } from '../ui/toast.tsx'
import { clockText, stepsTo } from './history-list.ts'
import styles from './history-pane.module.css'

/** What was decided, the newest first. A press goes to its pictures; the button beside it takes back all that came after. */
export const HistoryPane = ({ batchId, onClose }: { batchId: number; onClose: () => void }) => {
  const session = useReview()
  const actions = useReviewActions()
  const keyOf = useKeyOf()
  const history = useHistory(batchId)
  const entries = history.data ?? []

  const jump = (tileIds: readonly number[]) => {
    const { list } = session.state()
    const here = tileIds.filter((tileId) => list.indexOf(tileId) >= 0)
    const first = here[0]
    if (first === undefined) {
      notify({ title: 'The filter hides these drafts', text: 'Clear the filter to go to them.' })
      return
    }
    session.focus(first, { ids: new Set(here.length > 1 ? here : []), anchorId: first, whole: null })
  }
  const goBackTo = (id: number) => {
    const { undo, redo } = stepsTo(entries, id)
    for (let step = 0; step < undo; step += 1) actions.undo()
    for (let step = 0; step < redo; step += 1) actions.redo()
  }

  return (
    <div className={styles.pane}>
      <header className={styles.head}>
        <h2 className="small-heading">History</h2>
        <IconButton icon="cross" label="Back to details" keys={keyOf('history')} onClick={onClose} />
      </header>
      {history.isPending && <Skeleton lines={3} />}
      {history.isError && (
        <p className={styles.none}>
          The history could not be read. {messageOf(history.error)}{' '}
          <Button onClick={() => history.refetch()}>Try again</Button>
        </p>
      )}
      {history.data?.length === 0 && (
        <EmptyState icon="history" title="Nothing decided yet">
          Every mark stands here once it is made, and can be taken back.
        </EmptyState>
      )}
      <ol className={styles.list}>
        {entries.map((entry, index) => {
          const { undo, redo } = stepsTo(entries, entry.id)
          return (
            <li key={entry.id} className={styles.entry} data-undone={entry.undone ? '' : undefined}>
              <button type="button" className={styles.jump} onClick={() => jump(entry.tileIds)}>
                <span className={styles.summary}>{entry.summary}</span>
                <time className={styles.time} dateTime={new Date(entry.atMs).toISOString()}>
                  {clockText(entry.atMs, Date.now())}
                  {entry.undone && ' · undone'}
                </time>
              </button>
              {undo + redo > 0 && (
                <IconButton
                  icon={redo > 0 ? 'retry' : 'undo'}
                  label={redo > 0 ? 'Redo up to here' : `Undo the ${undo === 1 ? 'one' : undo} after this`}
                  onClick={() => goBackTo(entry.id)}
                />
              )}
              {index === 0 && undo + redo === 0 && !entry.undone && (
                <IconButton icon="undo" label="Undo" keys={keyOf('undo')} onClick={actions.undo} />
              )}
            </li>
          )
        })}
      </ol>
    </div>
  )
}
