import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'
import { mediaUrl } from '../api/host.ts'
import { canAskAgain, isTrouble, stateText } from '../grid/tile-text.ts'
import { useReviewState, useTileView } from '../review/session-context.tsx'
import { useTroubleActions } from '../review/trouble.tsx'
import { Button } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Facts } from '../ui/table.tsx'
import styles from './details-pane.module.css'
import { Earlier } from './earlier.tsx'
import { EarlierAttempts } from './earlier-attempts.tsx'
import { Finals } from './finals.tsx'
import { PromptText } from './prompt-text.tsx'
import { SelectionSummary } from './selection-summary.tsx'
import { TileReferences } from './tile-references.tsx'

/** Everything about the tile in focus, or, with several selected, about them together. */
export const DetailsPane = ({ isOne, batch }: { isOne: boolean; batch: BatchStatus | undefined }) => {
  const focusId = useReviewState((state) => state.focusId)
  const selectedCount = useReviewState((state) => state.selection.ids.size)
  if (focusId === null) {
    return (
      <EmptyState icon="image" title="Nothing is in focus">
        Choose a draft to see its prompt, model, seed and price.
      </EmptyState>
    )
  }
  if (!isOne && selectedCount > 1) return <SelectionSummary batch={batch} />
  return <TileDetails tileId={focusId} isOne={isOne} />
}

const TileDetails = ({ tileId, isOne }: { tileId: number; isOne: boolean }) => {
  const { tile, said } = useTileView(tileId)
  if (!tile) return <div className={styles.pane} aria-busy="true" />
  const { image } = tile
  return (
    <div className={styles.pane}>
      <h2 className="small-heading">Draft</h2>
      {image && !isOne && (
        <img
          key={image.id}
          className={styles.preview}
          src={mediaUrl(image, 'thumb')}
          alt=""
          width={image.width}
          height={image.height}
          decoding="async"
        />
      )}
      {tile.noLonger && <p className={styles.flags}>{noLongerText[tile.noLonger]}</p>}
      {!image && <Trouble tile={tile} />}
      {image && image.flags.length > 0 && (
        <p className={styles.flags}>{image.flags.map((flag) => flagText[flag]).join(' ')}</p>
      )}
      <PromptText prompt={tile.prompt} values={Object.values(tile.columns)} />
      <Facts
        facts={[
          ['Decision', image ? decisionText(said.decision, said.hires, said.reroll) : null],
          ['Stars', said.rating > 0 ? '★'.repeat(said.rating) : null],
          ['Label', said.label],
          ['Model', `${tile.provider}/${tile.model}`],
          ['Seed', image?.seed ?? null],
          [
            'Size',
            image ? `${image.width} × ${image.height}` : tile.width ? `${tile.width} × ${tile.height} asked` : null,
          ],
          [image ? 'Paid' : 'Price', paidText(tile)],
          ['Row', `${tile.label}, variant ${tile.variant}`],
          ...Object.entries(tile.columns)
            .filter(([, value]) => value !== '' && value !== tile.prompt && value !== tile.label)
            .map(([name, value]) => [name, value] as const),
        ]}
      />
      {tile.references && <TileReferences sha256s={tile.references} operation={tile.operation} />}
      <Finals tile={tile} />
      <Earlier tile={tile} />
      <EarlierAttempts tile={tile} />
    </div>
  )
}

const noLongerText = {
  removed: 'Its row is no longer in the sheet.',
  changed: 'Its row is another in the sheet now.',
} as const

const flagText = {
  blank: 'It looks blank.',
  'near-duplicate': 'It looks like another draft of its row.',
  'wrong-size': 'It has another size than was asked for.',
} as const

const decisionText = (decision: string, hires: boolean, reroll: boolean): string =>
  [decision, hires && 'full size', reroll && 're-roll'].filter(Boolean).join(', ')

/** `$0.0008`, `cached` where nothing was paid again, `free`; the estimate while it is not made. */
function paidText(tile: Tile): string | null {
  if (tile.image?.cached) return 'nothing, from the cache'
  if (tile.image) return tile.settledMicros === 0 ? 'nothing, free' : moneyText(tile.settledMicros, tile.currency)
  return tile.estimateMicros === null ? null : `about ${moneyText(tile.estimateMicros, tile.currency)}`
}

const Trouble = ({ tile }: { tile: Tile }) => {
  const actions = useTroubleActions()
  const { title, detail } = stateText(tile)
  return (
    <div className={isTrouble(tile) ? styles.trouble : styles.waiting}>
      <b>{title}</b>
      {detail && <p>{detail}</p>}
      {(isTrouble(tile) || canAskAgain(tile)) && (
        <div className={styles.actions}>
          <Button icon="retry" onClick={() => actions.retry(tile)}>
            Retry
          </Button>
          {canAskAgain(tile) && (
            <>
              <Button icon="pencil" onClick={() => actions.edit(tile)}>
                Edit prompt
              </Button>
              <Button onClick={() => actions.otherModel(tile)}>Other model</Button>
            </>
          )}
          {isTrouble(tile) && <Button onClick={() => actions.dismiss(tile)}>Dismiss</Button>}
        </div>
      )}
    </div>
  )
}
