import { useEffect, useState } from 'react'
import type { TileFilter, TileOrder } from '#shared/contract/tiles.ts'
import { messageOf } from '#shared/errors.ts'
import { useBatch, useSettings, useTileList } from '../api/queries.ts'
import { useConnection } from '../app/connection.tsx'
import { PaneBoundary } from '../app/pane-boundary.tsx'
import { usePanels } from '../app/panels.tsx'
import type { SideBySide } from '../app/router.ts'
import { goTo } from '../app/use-route.ts'
import { Compare } from '../compare/compare.tsx'
import { DeliverDialog } from '../deliver/deliver-dialog.tsx'
import { DetailsPane } from '../details/details-pane.tsx'
import { FilterBar } from '../grid/filter-bar.tsx'
import { Grid } from '../grid/grid.tsx'
import { GridEmpty } from '../grid/grid-empty.tsx'
import { HistoryPane } from '../history/history-pane.tsx'
import { Loupe } from '../loupe/loupe.tsx'
import { Peek } from '../loupe/peek.tsx'
import { createReviewSession } from '../review/session.ts'
import { ReviewActionsProvider, ReviewProvider } from '../review/session-context.tsx'
import { tileCache } from '../review/tiles.ts'
import { TroubleProvider } from '../review/trouble.tsx'
import { ShootOut } from '../shoot-out/shoot-out.tsx'
import { Survey } from '../survey/survey.tsx'
import { Tray } from '../tray/tray.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import styles from './batch-page.module.css'
import { BatchStatusBar } from './batch-status-bar.tsx'
import { LiveRegion } from './live-region.tsx'
import { ReviewCommands } from './review-commands.tsx'
import { TileCommands } from './tile-commands.tsx'
import { useKeptFocus } from './use-kept-focus.ts'
import { useListOfBatch } from './use-list-of-batch.ts'
import { useNewReviewActions } from './use-review-actions.ts'
import { ViewCommands } from './view-commands.tsx'
import { marksOne, viewKindOf } from './views.ts'

/** The review of one batch: filter bar, grid, loupe over it, details, tray and status. */
export const BatchPage = ({
  batchId,
  tileId,
  view,
}: {
  batchId: number
  tileId: number | null
  view: SideBySide | undefined
}) => {
  const kind = viewKindOf(tileId, view)
  const isOne = marksOne(kind)
  const [session] = useState(() => createReviewSession(batchId, tileCache))
  const [filter, setFilter] = useState<TileFilter>({})
  const [order, setOrder] = useState<TileOrder>('sheet')
  const panels = usePanels()
  const settings = useSettings().data
  const batch = useBatch(batchId)
  const list = useTileList(batchId, filter, order)
  useListOfBatch(session, list.data, filter, list.isPlaceholderData)
  useKeptFocus(session, list.data, settings, tileId)
  const actions = useNewReviewActions(session, filter, setFilter)
  const { show } = panels
  useEffect(() => () => show({ deliverOpen: false, trayOpen: false }), [show])

  if (list.isError || batch.isError)
    return <BatchError error={list.error ?? batch.error} onRetry={() => list.refetch()} />
  const grid = settings && list.data && (
    <>
      <Grid
        label={`Drafts of ${batch.data?.batch ?? 'the batch'}`}
        wantedSize={settings.tileSize}
        grouped={settings.grouped && list.data.order === 'sheet'}
        overlay={settings.overlay}
        isCovered={kind !== 'grid'}
        onOpen={openLoupe}
      />
      {list.data.ids.length === 0 && (
        <GridEmpty total={list.data.total} batch={batch.data} onClear={() => setFilter({})} />
      )}
    </>
  )
  return (
    <ReviewProvider value={session}>
      <ReviewActionsProvider value={actions}>
        <TroubleProvider>
          <ReviewCommands batchId={batchId} isOne={isOne} filter={filter} />
          <TileCommands />
          <ViewCommands batchId={batchId} kind={kind} filter={filter} onFilter={setFilter} onOpenLoupe={openLoupe} />
          <main className={styles.main} data-region="page" aria-busy={list.isPlaceholderData}>
            {panels.filterShown && kind === 'grid' && (
              <FilterBar batch={batch.data} filter={filter} order={order} onFilter={setFilter} onOrder={setOrder} />
            )}
            <PaneBoundary name="grid">{grid}</PaneBoundary>
            {settings && list.data && (
              <PaneBoundary name={kind} resetKey={kind}>
                {tileId !== null && <Loupe batchId={batchId} tileId={tileId} />}
                {view?.kind === 'compare' && <Compare batchId={batchId} tileIds={view.tileIds} />}
                {view?.kind === 'survey' && <Survey batchId={batchId} tileIds={view.tileIds} />}
                {view?.kind === 'shoot-out' && (
                  <ShootOut batchId={batchId} batch={batch.data} filter={filter} onOpen={openLoupe} />
                )}
                {kind === 'grid' && <Peek />}
              </PaneBoundary>
            )}
            <PaneBoundary name="tray">
              <Tray batchId={batchId} open={panels.trayOpen} onOpenChange={(open) => panels.show({ trayOpen: open })} />
            </PaneBoundary>
          </main>
          {panels.detailsShown && (
            <aside
              className={styles.details}
              aria-label={panels.historyShown ? 'History' : 'Details'}
              data-region="details"
            >
              <PaneBoundary name="details">
                {panels.historyShown ? (
                  <HistoryPane batchId={batchId} onClose={() => panels.show({ historyShown: false })} />
                ) : (
                  <DetailsPane isOne={isOne} batch={batch.data} />
                )}
              </PaneBoundary>
            </aside>
          )}
          <BatchStatusBar batch={batch.data} isOne={isOne} />
          <LiveRegion />
          <DeliverDialog
            batchId={batchId}
            open={panels.deliverOpen}
            onClose={() => panels.show({ deliverOpen: false })}
          />
        </TroubleProvider>
      </ReviewActionsProvider>
    </ReviewProvider>
  )

  function openLoupe(id: number) {
    session.focus(id, session.state().selection)
    goTo({ page: 'batch', batchId, tileId: id })
  }
}

const BatchError = ({ error, onRetry }: { error: unknown; onRetry: () => void }) => {
  const connection = useConnection()
  return (
    <main className={styles.main} data-region="page">
      <EmptyState
        icon="warning"
        title={connection === 'lost' ? 'Proofsheet does not answer' : 'This batch could not be opened'}
        actions={
          <>
            <Button onClick={onRetry}>Try again</Button>
            <LinkButton href="#/">To the library</LinkButton>
          </>
        }
      >
        {messageOf(error)}
      </EmptyState>
    </main>
  )
}
