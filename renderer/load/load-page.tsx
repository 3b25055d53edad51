import { messageOf } from '#shared/errors.ts'
import { useProviders, useSettings, useSheet } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { Button, LinkButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { LoadForm } from './load-form.tsx'
import styles from './load-page.module.css'
import { SheetDropZone } from './sheet-drop.tsx'

/** From a sheet to a plan: columns, template, what drafts are made with, what it costs; and the run. */
export const LoadPage = ({ sheetId }: { sheetId: number }) => {
  const sheet = useSheet(sheetId)
  const settings = useSettings()
  const providers = useProviders()
  const failed = [sheet, settings, providers].find((query) => query.isError)
  if (failed) {
    return (
      <EmptyState
        icon="warning"
        title="This sheet could not be opened"
        actions={
          <>
            <Button onClick={() => Promise.all([sheet.refetch(), settings.refetch(), providers.refetch()])}>
              Try again
            </Button>
            <LinkButton href={hrefOf({ page: 'library' })}>To the library</LinkButton>
          </>
        }
      >
        {messageOf(failed.error)}
      </EmptyState>
    )
  }
  return (
    <SheetDropZone>
      {sheet.data && settings.data && providers.data ? (
        <LoadForm sheet={sheet.data} settings={settings.data} providers={providers.data} />
      ) : (
        <div className={styles.page} role="status" aria-label="Reading the sheet">
          <Skeleton lines={2} />
          <Skeleton lines={4} look="box" />
          <Skeleton lines={12} look="box" />
        </div>
      )}
    </SheetDropZone>
  )
}
