import { useEffect, useRef, useState } from 'react'
import { goTo } from '../app/use-route.ts'
import { useCommands, useHeld, useKeyOf } from '../keys/command-center.tsx'
import { betweenRows } from '../loupe/row-moves.ts'
import { type Look, wholePicture } from '../loupe/zoom.ts'
import { useReview, useReviewState, useTileView } from '../review/session-context.tsx'
import { siblingsOf } from '../review/stacks.ts'
import { Button, IconButton } from '../ui/button.tsx'
import { Chip } from '../ui/chip.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import styles from './compare.module.css'
import { Differences } from './differences-table.tsx'
import { challengersOf, crowned, type Pair, pairAfterFocus, swapped, withNextChallenger } from './pair.ts'
import { Side } from './side.tsx'
import { useFocusAddress } from './use-focus-address.ts'

/** Champion and challenger, zoomed and panned together. Left and right bring the next challenger, Enter crowns it. */
export const Compare = ({ batchId, tileIds }: { batchId: number; tileIds: readonly number[] }) => {
  const session = useReview()
  const list = useReviewState((state) => state.list)
  const focusId = useReviewState((state) => state.focusId)
  const [pair, setPair] = useState<Pair>({ championId: tileIds[0] ?? 0, challengerId: tileIds[1] ?? null })
  const [look, setLook] = useState<Look>(wholePicture)
  const isPeeking = useHeld('peek')
  const keyOf = useKeyOf()
  const region = useRef<HTMLDivElement>(null)
  const champion = useTileView(pair.championId).tile
  const challenger = useTileView(pair.challengerId ?? pair.championId).tile

  const show = (next: Pair, active: number | null) => {
    setPair(next)
    if (active !== null) session.focus(active)
  }

  useEffect(() => region.current?.focus({ preventScroll: true }), [])
  // Auto-advance, undo and the way to the next undecided move the focus: the pair follows it.
  useEffect(() => {
    if (focusId !== null) setPair((before) => pairAfterFocus(list, before, focusId))
  }, [list, focusId])
  useEffect(() => {
    session.change({ scope: challengersOf(list, pair) })
    session.tiles.want(siblingsOf(list, pair.championId).slice(0, 100))
    session.tiles.want([pair.championId, pair.challengerId ?? pair.championId])
  }, [session, list, pair])
  useEffect(() => () => session.change({ scope: null }), [session])
  useFocusAddress({
    page: 'batch',
    batchId,
    tileId: null,
    view: {
      kind: 'compare',
      tileIds: pair.challengerId === null ? [pair.championId] : [pair.championId, pair.challengerId],
    },
  })

  const challenge = (step: 1 | -1) => () => {
    const next = withNextChallenger(list, pair, step)
    show(next, next.challengerId)
  }
  const toRow = (step: number) => () => {
    const first = betweenRows(list, siblingsOf(list, pair.championId)[0] ?? pair.championId, step)
    if (first !== null) session.focus(first)
  }
  const crown = () => {
    const next = crowned(list, pair)
    show(next, next.challengerId ?? next.championId)
  }
  useCommands({
    left: challenge(-1),
    right: challenge(1),
    up: toRow(-1),
    down: toRow(1),
    crown,
    swap: () => setPair(swapped(pair)),
    champion: () => session.focus(pair.championId),
    challenger: () => pair.challengerId !== null && session.focus(pair.challengerId),
    zoom: () => setLook({ ...look, isFull: !look.isFull }),
  })

  const shownLook = isPeeking ? { ...look, isFull: true } : look
  const widest = Math.max(champion?.image?.width ?? 0, challenger?.image?.width ?? 0)
  const common = { look: shownLook, onLook: setLook, widest, onChoose: (tileId: number) => session.focus(tileId) }
  const close = () => goTo({ page: 'batch', batchId, tileId: null })
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section cannot take the focus that its keys need
    <div
      ref={region}
      className={styles.compare}
      role="region"
      aria-label="Compare champion and challenger"
      data-region="compare"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: compare is driven by keys, which need the focus to be in it
      tabIndex={0}
    >
      <header className={styles.head} data-dims="">
        <IconButton icon="arrowLeft" label="Back to the grid" keys={keyOf('openGrid')} onClick={close} />
        <b className={styles.title}>{champion?.label ?? ' '}</b>
        <span className={styles.grow} />
        <Button icon="check" keys={keyOf('crown')} disabled={pair.challengerId === null} onClick={crown}>
          Challenger wins
        </Button>
        <IconButton
          icon="swap"
          label="Swap champion and challenger"
          keys={keyOf('swap')}
          disabled={pair.challengerId === null}
          onClick={() => setPair(swapped(pair))}
        />
        <Chip on={look.isFull} keys={keyOf('zoom')} onChange={(isFull) => setLook({ ...look, isFull })}>
          {look.isFull ? '100 %' : 'Fit'}
        </Chip>
      </header>
      <div className={styles.sides}>
        <Side name="Champion" tileId={pair.championId} {...common} />
        {pair.challengerId === null ? (
          <EmptyState icon="image" title="No challenger in this row">
            It has one draft. Select two drafts in the grid, or go on with the up and down keys.
          </EmptyState>
        ) : (
          <Side name="Challenger" tileId={pair.challengerId} {...common} />
        )}
      </div>
      {champion && challenger && pair.challengerId !== null && (
        <Differences champion={champion} challenger={challenger} />
      )}
    </div>
  )
}
