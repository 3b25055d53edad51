import { useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { SheetUpdate } from '../load/sheet-update.tsx'
import { ReadResultsDialog } from '../sending/read-results.tsx'
import { ViewMenu } from './view-menu.tsx'

/** The ways to look at a batch's drafts, and below them what its sheet and results files are for. */
export const BatchMenu = ({ batch }: { batch: BatchStatus }) => {
  const [readsResults, setReadsResults] = useState(false)
  return (
    <>
      <SheetUpdate batchId={batch.batchId}>
        {(items) => (
          <ViewMenu
            more={[...items, { label: 'Read in batch results…', icon: 'image', onSelect: () => setReadsResults(true) }]}
          />
        )}
      </SheetUpdate>
      <ReadResultsDialog batch={batch} open={readsResults} onOpenChange={setReadsResults} />
    </>
  )
}
