import type { MadeAgain } from '#shared/contract/plans.ts'
import { messageOf } from '#shared/errors.ts'
import { useMadeAgain } from '../api/queries.ts'
import { Button } from '../ui/button.tsx'
import { Dialog } from '../ui/dialog.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { type Column, Facts, Table } from '../ui/table.tsx'
import styles from './again.module.css'

const words = {
  same: 'The same',
  'same-look': 'The same look',
  different: 'Different',
  'not-made': 'Not made',
} as const satisfies Record<keyof MadeAgain['counts'], string>

/** Of a batch that made a manifest's pictures again: which came out the same. */
export const MadeAgainDialog = ({ batchId, onClose }: { batchId: number; onClose: () => void }) => {
  const query = useMadeAgain(batchId)
  return (
    <Dialog
      title="What came out the same"
      description="Beside the pictures of the manifest: every byte the same, other bytes that look the same, or different."
      open
      onClose={onClose}
      width="wide"
      foot={<Button onClick={onClose}>Close</Button>}
    >
      {query.isError ? (
        <p className={styles.problem}>
          They could not be compared. {messageOf(query.error)}{' '}
          <Button onClick={() => query.refetch()}>Try again</Button>
        </p>
      ) : query.data ? (
        <>
          <Facts
            facts={Object.entries(words).map(([outcome, name]) => [
              name,
              countOf(query.data, outcome)?.toLocaleString('en-US'),
            ])}
          />
          <Table
            caption="Pictures made again"
            rows={query.data.pictures}
            keyOf={(picture) => picture.tileId}
            columns={columnsFor(query.data.pictures)}
          />
        </>
      ) : (
        <Skeleton lines={6} look="box" />
      )}
    </Dialog>
  )
}

/** Steps and reasons only where there are any. */
const columnsFor = (pictures: MadeAgain['pictures']): readonly Column<MadeAgain['pictures'][number]>[] => [
  { title: 'Picture', grow: true, cell: ({ file, id }) => file ?? id },
  ...(pictures.some(({ steps }) => steps > 1)
    ? [{ title: 'Step', cell: ({ step, steps }: { step: number; steps: number }) => `${step} of ${steps}` }]
    : []),
  { title: 'It is', cell: ({ outcome }) => words[outcome].toLowerCase() },
  ...(pictures.some(({ note }) => note !== null)
    ? [{ title: 'Why', grow: true, cell: ({ note }: { note: string | null }) => note ?? '' }]
    : []),
]

const countOf = ({ counts }: MadeAgain, outcome: string): number | null =>
  Object.entries(counts).find(([name, count]) => name === outcome && count > 0)?.[1] ?? null
