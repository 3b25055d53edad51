import { useBatch, useSheet } from '../api/queries.ts'
import { useCommandCenter } from '../keys/command-center.tsx'
import { keysOf } from '../keys/commands.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { usePanels } from './panels.tsx'
import { hrefOf, type Route } from './router.ts'
import styles from './top-bar.module.css'
import { goTo } from './use-route.ts'

export const TopBar = ({ route }: { route: Route }) => {
  const center = useCommandCenter()
  const panels = usePanels()
  return (
    <header className={styles.bar} data-region="top">
      <IconButton
        icon="left"
        label="Batches pane"
        keys={keysOf('batchesPane')}
        pressed={panels.batchesShown}
        onClick={() => panels.show({ batchesShown: !panels.batchesShown })}
      />
      <a className={styles.name} href={hrefOf({ page: 'library' })}>
        Proofsheet
      </a>
      <Place route={route} />
      <span className={styles.grow} />
      <Button look="quiet" icon="command" keys={keysOf('palette')} onClick={() => panels.show({ paletteOpen: true })}>
        Commands
      </Button>
      <IconButton icon="queue" label="Queue" pressed={route.page === 'queue'} onClick={() => goTo({ page: 'queue' })} />
      <IconButton
        icon="gear"
        label="Settings"
        keys={keysOf('goSettings')}
        pressed={route.page === 'settings'}
        onClick={() => goTo({ page: 'settings' })}
      />
      {route.page === 'batch' && (
        <>
          <IconButton
            icon="right"
            label="Details pane"
            keys={keysOf('detailsPane')}
            pressed={panels.detailsShown}
            onClick={() => panels.show({ detailsShown: !panels.detailsShown })}
          />
          <Button icon="deliver" keys={keysOf('deliver')} onClick={() => center.run('deliver')}>
            Deliver
          </Button>
        </>
      )}
    </header>
  )
}

const Place = ({ route }: { route: Route }) => {
  if (route.page === 'batch') return <BatchPlace batchId={route.batchId} />
  if (route.page === 'load') return <SheetPlace sheetId={route.sheetId} />
  if (route.page === 'queue') return <span className={styles.where}>Queue and failures</span>
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
