import { messageOf } from '#shared/errors.ts'
import { useBatches } from '../api/queries.ts'
import { BatchCards } from '../batches/batch-cards.tsx'
import { SheetDropZone } from '../load/sheet-drop.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import styles from './library-page.module.css'
import { SheetStart } from './sheet-start.tsx'

/** The library: a place to drop a sheet, the examples, and the batches so far. */
export const LibraryPage = () => {
  const batches = useBatches()
  if (batches.isError) {
    return (
      <EmptyState
        icon="warning"
        title="The library could not be read"
        actions={<Button onClick={() => batches.refetch()}>Try again</Button>}
      >
        {messageOf(batches.error)}
      </EmptyState>
    )
  }
  return (
    <SheetDropZone>
      <div className={styles.page}>
        <SheetStart isFirst={batches.data?.length === 0} />
        {batches.data && batches.data.length > 0 && (
          <section aria-labelledby="all-batches">
            <h2 id="all-batches" className={styles.title}>
              Batches
            </h2>
            <BatchCards batches={batches.data} />
          </section>
        )}
      </div>
    </SheetDropZone>
  )
}
