import { BatchPage } from '../batch/batch-page.tsx'
import { BatchesPane } from '../batches/batches-pane.tsx'
import { LoadPage } from '../load/load-page.tsx'
import { QueuePage } from '../queue/queue-page.tsx'
import { LibraryNotice } from '../settings/caps-shut.tsx'
import { SettingsPage } from '../settings/settings-page.tsx'
import { LinkButton } from '../ui/button.tsx'
import { classNames } from '../ui/class-names.ts'
import { EmptyState } from '../ui/empty-state.tsx'
import { LibraryPage } from './library-page.tsx'
import { PaneBoundary } from './pane-boundary.tsx'
import { usePanels } from './panels.tsx'
import { hrefOf, type Route } from './router.ts'
import styles from './shell.module.css'
import { StatusBar } from './status-bar.tsx'
import { TopBar } from './top-bar.tsx'
import { useRoute } from './use-route.ts'
import { useWindowCommands } from './window-commands.ts'

/** The window: a bar above, three panes (batches, the page, details) and a status bar. */
export const Shell = () => {
  const route = useRoute()
  const panels = usePanels()
  useWindowCommands()
  return (
    <div
      className={classNames(styles.shell, panels.dimmed && styles.dimmed)}
      data-batches={panels.batchesShown}
      data-details={panels.detailsShown && route.page === 'batch'}
    >
      <PaneBoundary name="top bar">
        <TopBar route={route} />
      </PaneBoundary>
      <PaneBoundary name="notice">
        <div className={styles.notice}>
          <LibraryNotice />
        </div>
      </PaneBoundary>
      {panels.batchesShown && (
        <nav className={styles.batches} aria-label="Batches and queue" data-region="batches">
          <PaneBoundary name="list of batches">
            <BatchesPane />
          </PaneBoundary>
        </nav>
      )}
      <PaneBoundary name="page" resetKey={hrefOf(route)}>
        {route.page === 'batch' ? (
          <BatchPage key={route.batchId} batchId={route.batchId} tileId={route.tileId} view={route.view} />
        ) : (
          <>
            <main className={styles.page} data-region="page">
              <Page route={route} />
            </main>
            <StatusBar left={route.page === 'load' ? 'Nothing is spent until you run.' : ''} />
          </>
        )}
      </PaneBoundary>
    </div>
  )
}

const Page = ({ route }: { route: Exclude<Route, { page: 'batch' }> }) => {
  switch (route.page) {
    case 'library':
      return <LibraryPage />
    case 'load':
      return <LoadPage key={route.sheetId} sheetId={route.sheetId} />
    case 'queue':
      return <QueuePage />
    case 'settings':
      return <SettingsPage />
    case 'missing':
      return (
        <EmptyState
          icon="search"
          title="There is nothing here"
          actions={<LinkButton href="#/">To the library</LinkButton>}
        >
          No page has the address “{route.address}”.
        </EmptyState>
      )
  }
}
