import type { Tile } from '#shared/contract/tiles.ts'
import { useTroubleActions } from '../review/trouble.tsx'
import { classNames } from '../ui/class-names.ts'
import { Icon } from '../ui/icon.tsx'
import styles from './tile-card.module.css'
import { canAskAgain, isTrouble, stateText } from './tile-text.ts'

/** A tile without a picture: it waits, it is being drawn, or it failed and says why and what can be done. */
export const TileCard = ({ tile, size, isFocused }: { tile: Tile; size: number; isFocused: boolean }) => {
  const { title, detail } = stateText(tile)
  if (!isTrouble(tile)) {
    const isWorking =
      tile.remote === undefined && (tile.state === 'submitting' || tile.state === 'running' || tile.state === 'saving')
    return (
      <div className={classNames(styles.quiet, isWorking && styles.working)}>
        {isWorking && <span className={styles.pulse} />}
        <span>{title}</span>
        {detail && size >= 130 && <span className={styles.reason}>{detail}</span>}
      </div>
    )
  }
  return (
    <div className={styles.trouble}>
      <b>
        <Icon name="warning" size={14} />{' '}
        <span className={size < smallest ? 'visually-hidden' : undefined}>{title}</span>
      </b>
      {size >= 120 && <p style={{ WebkitLineClamp: linesThatFit(size) }}>{detail}</p>}
      {size >= smallest && <CardActions tile={tile} size={size} isFocused={isFocused} />}
    </div>
  )
}

/** Under this side in pixels a card is a sign alone (the filmstrip). */
const smallest = 90

/** What is left for the reason beside the title and one line of buttons, or two where four of them share a narrow card. */
const linesThatFit = (size: number): number =>
  Math.max(1, Math.floor((size - (size >= 140 && size < 290 ? 94 : 66)) / 16))

/** The buttons of a card: reached by Tab from the tile in focus, by pointer from anywhere. */
const CardActions = ({ tile, size, isFocused }: { tile: Tile; size: number; isFocused: boolean }) => {
  const actions = useTroubleActions()
  const tabIndex = isFocused ? 0 : -1
  return (
    <div className={styles.actions}>
      <button type="button" tabIndex={tabIndex} onClick={() => actions.retry(tile)}>
        Retry
      </button>
      {canAskAgain(tile) && (
        <button type="button" tabIndex={tabIndex} onClick={() => actions.edit(tile)}>
          {size >= 170 ? 'Edit prompt' : 'Edit'}
        </button>
      )}
      {canAskAgain(tile) && size >= 160 && (
        <button type="button" tabIndex={tabIndex} onClick={() => actions.otherModel(tile)}>
          Other model
        </button>
      )}
      {size >= 140 && (
        <button type="button" tabIndex={tabIndex} onClick={() => actions.dismiss(tile)}>
          Dismiss
        </button>
      )}
    </div>
  )
}
