import { useState } from 'react'
import type { Tile } from '#shared/contract/tiles.ts'
import { messageOf } from '#shared/errors.ts'
import { useTiles } from '../api/queries.ts'
import { hrefOf } from '../app/router.ts'
import { EditPromptDialog } from '../review/edit-prompt-dialog.tsx'
import { Button, LinkButton } from '../ui/button.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import styles from './queue-page.module.css'

const step = 20

/** The tiles of a failure group with their prompts; each can be opened in the loupe, and edited. */
export const FailedTiles = ({
  batchId,
  tileIds,
  canEdit,
}: {
  batchId: number
  tileIds: readonly number[]
  canEdit: boolean
}) => {
  const [shown, setShown] = useState(step)
  const [edited, setEdited] = useState<Tile | null>(null)
  const tiles = useTiles(tileIds.slice(0, shown))
  if (tiles.isError) return <p className={styles.warn}>The prompts could not be read. {messageOf(tiles.error)}</p>
  if (!tiles.data) return <Skeleton lines={Math.min(3, tileIds.length)} />
  return (
    <>
      <ul className={styles.tiles}>
        {tiles.data.map((tile) => (
          <li key={tile.id} className={styles.tile}>
            <a href={hrefOf({ page: 'batch', batchId, tileId: tile.id })}>{tile.label}</a>
            <span className={styles.prompt} title={tile.prompt}>
              {tile.prompt}
            </span>
            {canEdit ? (
              <Button
                look="quiet"
                icon="pencil"
                aria-label={`Edit the prompt of ${tile.label}`}
                onClick={() => setEdited(tile)}
              >
                Edit prompt
              </Button>
            ) : (
              <LinkButton look="quiet" href={hrefOf({ page: 'batch', batchId, tileId: tile.id })}>
                Look at it
              </LinkButton>
            )}
          </li>
        ))}
      </ul>
      {tileIds.length > shown && (
        <Button look="quiet" className={styles.disclose} onClick={() => setShown(shown + 5 * step)}>
          Show more, {(tileIds.length - shown).toLocaleString('en-US')} left
        </Button>
      )}
      {edited && <EditPromptDialog key={edited.id} tile={edited} onClose={() => setEdited(null)} />}
    </>
  )
}
