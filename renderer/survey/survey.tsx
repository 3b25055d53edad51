import { useEffect, useRef, useState } from 'react'
import { mostSideBySide } from '../app/router.ts'
import { goTo } from '../app/use-route.ts'
import styles from '../compare/compare.module.css'
import { Side } from '../compare/side.tsx'
import { useFocusAddress } from '../compare/use-focus-address.ts'
import { useCommands, useHeld, useKeyOf } from '../keys/command-center.tsx'
import { betweenRows } from '../loupe/row-moves.ts'
import { type Look, wholePicture } from '../loupe/zoom.ts'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { siblingsOf } from '../review/stacks.ts'
import { IconButton } from '../ui/button.tsx'
import { Chip } from '../ui/chip.tsx'
import { countText } from '../ui/time-text.ts'
import { useSize } from '../ui/use-size.ts'
import { placeAfter, surveyColumns } from './survey-layout.ts'

/** Several pictures beside each other, zoomed and panned together. Marks are about the active one. */
export const Survey = ({ batchId, tileIds }: { batchId: number; tileIds: readonly number[] }) => {
  const session = useReview()
  const list = useReviewState((state) => state.list)
  const focusId = useReviewState((state) => state.focusId)
  const selectedCount = useReviewState((state) => state.selection.ids.size)
  useReviewState((state) => state.pending)
  const [shown, setShown] = useState(tileIds)
  const [look, setLook] = useState<Look>(wholePicture)
  const isPeeking = useHeld('peek')
  const keyOf = useKeyOf()
  const region = useRef<HTMLDivElement>(null)
  const box = useRef<HTMLDivElement>(null)
  const { width, height } = useSize(box)
  const columns = surveyColumns(shown.length, width, height)

  useEffect(() => region.current?.focus({ preventScroll: true }), [])
  // Focus that went to another row brings that row.
  useEffect(() => {
    if (focusId !== null && !shown.includes(focusId)) setShown(siblingsOf(list, focusId).slice(0, mostSideBySide))
  }, [list, focusId, shown])
  useEffect(() => {
    session.change({ scope: shown })
    session.tiles.want(shown)
  }, [session, shown])
  useEffect(() => () => session.change({ scope: null }), [session])
  useFocusAddress({ page: 'batch', batchId, tileId: null, view: { kind: 'survey', tileIds: shown } })

  const move = (kind: 'left' | 'right' | 'up' | 'down') => () => {
    const at = focusId === null ? 0 : Math.max(0, shown.indexOf(focusId))
    const to = placeAfter(at, kind, columns, shown.length)
    const next = to === null ? betweenRows(list, shown[0] ?? 0, kind === 'up' ? -1 : 1) : shown[to]
    if (next !== undefined && next !== null) session.focus(next, session.state().selection)
  }
  const zoom = () => setLook({ ...look, isFull: !look.isFull })
  useCommands({ left: move('left'), right: move('right'), up: move('up'), down: move('down'), zoom })

  const widest = shown.reduce((most, id) => Math.max(most, session.tiles.get(id)?.image?.width ?? 0), 0)
  const shownLook = isPeeking ? { ...look, isFull: true } : look
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section cannot take the focus that its keys need
    <div
      ref={region}
      className={styles.compare}
      role="region"
      aria-label={`Survey of ${countText(shown.length, 'draft')}`}
      data-region="survey"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the survey is driven by keys, which need the focus to be in it
      tabIndex={0}
    >
      <header className={styles.head} data-dims="">
        <IconButton
          icon="arrowLeft"
          label="Back to the grid"
          keys={keyOf('openGrid')}
          onClick={() => goTo({ page: 'batch', batchId, tileId: null })}
        />
        <b className={styles.title}>{countText(shown.length, 'draft')}</b>
        {selectedCount > shown.length && shown.length === mostSideBySide && (
          <span className={styles.where}>the first of {selectedCount.toLocaleString('en-US')} selected</span>
        )}
        <span className={styles.grow} />
        <Chip on={look.isFull} keys={keyOf('zoom')} onChange={zoom}>
          {look.isFull ? '100 %' : 'Fit'}
        </Chip>
      </header>
      <div
        ref={box}
        className={styles.many}
        style={{
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
          gridAutoRows: 'minmax(0, 1fr)',
        }}
      >
        {shown.map((tileId, index) => (
          <Side
            key={tileId}
            name={String(index + 1)}
            tileId={tileId}
            look={shownLook}
            onLook={setLook}
            widest={widest}
            dims
            onChoose={(id) => session.focus(id, session.state().selection)}
          />
        ))}
      </div>
    </div>
  )
}
