import { useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { MadeAgainDialog } from '../again/made-again.tsx'
import { SheetUpdate } from '../load/sheet-update.tsx'
import { ReadResultsDialog } from '../sending/read-results.tsx'
import type { MenuItem } from '../ui/menu.tsx'
import { ViewMenu } from './view-menu.tsx'

/** The ways to look at a batch's drafts, and below them what its sheet and results files are for. */
export const BatchMenu = ({ batch }: { batch: BatchStatus }) => {
  const [readsResults, setReadsResults] = useState(false)
  const [compares, setCompares] = useState(false)
  const own: readonly MenuItem[] = [
    { label: 'Read in batch results…', icon: 'image', onSelect: () => setReadsResults(true) },
    ...(batch.settings.again === undefined
      ? []
      : [{ label: 'What came out the same', icon: 'retry' as const, onSelect: () => setCompares(true) }]),
  ]
  return (
    <>
      <SheetUpdate batchId={batch.batchId}>{(items) => <ViewMenu more={[...items, ...own]} />}</SheetUpdate>
      <ReadResultsDialog batch={batch} open={readsResults} onOpenChange={setReadsResults} />
      {compares && <MadeAgainDialog batchId={batch.batchId} onClose={() => setCompares(false)} />}
    </>
  )
}
