import { useBatch, useSheet } from '../api/queries.ts'
import { useCommandCenter, useKeyOf } from '../keys/command-center.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { usePanels } from './panels.tsx'
import { hrefOf, type Route } from './router.ts'
import styles from './top-bar.module.css'
import { goTo } from './use-route.ts'

export const TopBar = ({ route }: { route: Route }) => {
  const center = useCommandCenter()
  const panels = usePanels()
  const keyOf = useKeyOf()
  return (
    <header className={styles.bar} data-region="top">
      <IconButton
        icon="left"
        label="Batches pane"
        keys={keyOf('batchesPane')}
        pressed={panels.batchesShown}
        onClick={() => panels.show({ batchesShown: !panels.batchesShown })}
      />
      <a className={styles.name} href={hrefOf({ page: 'library' })}>
        Proofsheet
      </a>
      <Place route={route} />
      <span className={styles.grow} />
      <Button
        look="quiet"
        icon="command"
        className={styles.commands}
        keys={keyOf('palette')}
        onClick={() => panels.show({ paletteOpen: true })}
      >
        <span>Commands</span>
      </Button>
      <IconButton icon="queue" label="Queue" pressed={route.page === 'queue'} onClick={() => goTo({ page: 'queue' })} />
      <IconButton
        icon="gear"
        label="Settings"
        keys={keyOf('goSettings')}
        pressed={route.page === 'settings'}
        onClick={() => goTo({ page: 'settings' })}
      />
      {route.page === 'batch' && (
        <>
          <IconButton
            icon="right"
            label="Details pane"
            keys={keyOf('detailsPane')}
            pressed={panels.detailsShown}
            onClick={() => panels.show({ detailsShown: !panels.detailsShown })}
          />
          <TrayButton batchId={route.batchId} />
          <Button icon="deliver" keys={keyOf('deliver')} onClick={() => center.run('deliver')}>
            Deliver
          </Button>
        </>
      )}
    </header>
  )
}

/** The way to the tray for a hand on the mouse, with how many drafts are marked for it. */
const TrayButton = ({ batchId }: { batchId: number }) => {
  const marked = useBatch(batchId).data?.decisions.marked ?? 0
  const panels = usePanels()
  const keyOf = useKeyOf()
  return (
    <Button
      icon="expand"
      keys={keyOf('tray')}
      aria-expanded={panels.trayOpen}
      onClick={() => panels.show({ trayOpen: !panels.trayOpen })}
    >
      {marked > 0 ? `${marked.toLocaleString('en-US')} to full size` : 'Full size'}
    </Button>
  )
}

const Place = ({ route }: { route: Route }) => {
  if (route.page === 'batch') return <BatchPlace batchId={route.batchId} />
  if (route.page === 'load') return <SheetPlace sheetId={route.sheetId} />
  if (route.page === 'queue') return <h1 className={styles.where}>Queue and failures</h1>
  if (route.page === 'settings') return <span className={styles.where}>Settings</span>
  return <title>Proofsheet</title>
}

const BatchPlace = ({ batchId }: { batchId: number }) => {
  const batch = useBatch(batchId).data
  if (!batch) return null
  return (
    <>
      <title>{`${batch.batch} · Proofsheet`}</title>
      <h1 className={styles.batch}>{batch.batch}</h1>
      <span className={styles.where}>
        {batch.tiles.toLocaleString('en-US')} {batch.tiles === 1 ? 'draft' : 'drafts'}
        {batch.sheetName && batch.sheetName !== batch.batch ? `, from ${batch.sheetName}` : ''}
      </span>
    </>
  )
}

const SheetPlace = ({ sheetId }: { sheetId: number }) => {
  const sheet = useSheet(sheetId).data
  return (
    <>
      {sheet && <h1 className={styles.batch}>{sheet.name}</h1>}
      <span className={styles.where}>new batch</span>
    </>
  )
}
