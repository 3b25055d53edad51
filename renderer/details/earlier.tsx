import { keepPreviousData, useQuery } from '@tanstack/react-query'
import type { EarlierWish, Tile } from '#shared/contract/tiles.ts'
import { moneyText } from '#shared/money.ts'
import { api } from '../api/queries.ts'
import { clockText } from '../history/history-list.ts'
import { takeEditBack } from '../review/take-edit-back.ts'
import { Button } from '../ui/button.tsx'
import styles from './details-pane.module.css'

/** What a tile asked for before it was asked again: words, model, when, how it ended and what it cost. */
export const Earlier = ({ tile }: { tile: Tile }) => {
  // Read anew with every change of the tile: that is when an attempt is added.
  const query = api.tiles.earlier.queryOptions({ input: { tileId: tile.id }, gcTime: 0 })
  const { data } = useQuery({
    ...query,
    queryKey: [...query.queryKey, tile.provider, tile.model, tile.prompt, tile.state],
    placeholderData: keepPreviousData,
  })
  if (!data || data.length === 0) return null
  const canUndo = tile.image === null && ['queued', 'failed', 'canceled'].includes(tile.state)
  return (
    <section className={styles.earlier}>
      <h2 className="small-heading">Earlier attempts</h2>
      <ol>
        {data.map((wish, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: attempts are only ever added at the front, and have no number
          <li key={data.length - index}>
            <p>{wish.prompt}</p>
            <span>
              {wish.provider}/{wish.model}
              {' · '}
              <time dateTime={new Date(wish.endedMs).toISOString()}>{clockText(wish.endedMs, Date.now())}</time>
              {' · '}
              {costText(wish)}
            </span>
            <span title={wish.failure?.message}>{outcomeText(wish)}</span>
          </li>
        ))}
      </ol>
      {canUndo && data.some((wish) => wish.because === 'edited') && (
        <Button icon="undo" onClick={() => takeEditBack(tile)}>
          Take the edit back
        </Button>
      )}
    </section>
  )
}

const costText = ({ requests, settledMicros, currency }: EarlierWish): string =>
  requests === 0 ? 'not sent' : settledMicros === 0 ? 'not charged' : moneyText(settledMicros, currency)

function outcomeText({ because, failure }: EarlierWish): string {
  if (because === 'moved') return 'another model took it over'
  if (failure === null) return 'canceled'
  return failure.message === '' ? 'failed' : failure.message
}
