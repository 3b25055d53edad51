import { useEffect, useRef, useState } from 'react'
import type { Tile } from '#shared/contract/tiles.ts'
import { useChangeSettings } from '../api/changes.ts'
import { useSettings } from '../api/queries.ts'
import { goTo } from '../app/use-route.ts'
import { TileCard } from '../grid/tile-card.tsx'
import { useCommands, useHeld, useKeyOf } from '../keys/command-center.tsx'
import { useReview, useReviewState, useTileView } from '../review/session-context.tsx'
import { useTileMenu } from '../review/tile-menu.tsx'
import { IconButton } from '../ui/button.tsx'
import { Chip } from '../ui/chip.tsx'
import { Segmented } from '../ui/segmented.tsx'
import { BeforeAfter } from './before-after.tsx'
import { Filmstrip } from './filmstrip.tsx'
import styles from './loupe.module.css'
import { LoupeMarks } from './loupe-marks.tsx'
import { Stage } from './stage.tsx'
import { useLoupeMoves } from './use-loupe-moves.ts'
import { type Look, wholePicture } from './zoom.ts'

/** The address follows the picture this long after it last changed, in ms: browsers refuse many changes a second. */
const addressAfterMs = 400

const stagesShown = ['draft', 'slider', 'final'] as const
type StageShown = (typeof stagesShown)[number]

/** One picture large, with its row below it. Left and right stay in the row, up and down go between rows. */
export const Loupe = ({ batchId, tileId }: { batchId: number; tileId: number }) => {
  const session = useReview()
  const focusId = useReviewState((state) => state.focusId) ?? tileId
  const list = useReviewState((state) => state.list)
  const { tile, said } = useTileView(focusId)
  const [look, setLook] = useState<Look>(wholePicture)
  const [stageShown, setStageShown] = useState<StageShown>('final')
  const isPeeking = useHeld('peek')
  const keyOf = useKeyOf()
  const region = useRef<HTMLDivElement>(null)
  const settings = useSettings().data
  const { mutate: changeSettings } = useChangeSettings()
  const moves = useLoupeMoves()

  useEffect(() => region.current?.focus({ preventScroll: true }), [])
  const written = useRef(session.state().focusId)
  useEffect(() => {
    const timer = setTimeout(() => {
      written.current = focusId
      goTo({ page: 'batch', batchId, tileId: focusId }, { replace: true })
    }, addressAfterMs)
    return () => clearTimeout(timer)
  }, [batchId, focusId])
  useEffect(() => {
    // Another picture in the address that was not written here: a link, or "back".
    if (tileId !== written.current) session.focus(tileId)
    written.current = tileId
  }, [session, tileId])
  useNeighbours(focusId)
  const tileMenu = useTileMenu(region, () => focusId, { without: 'openLoupe' })

  const close = () => goTo({ page: 'batch', batchId, tileId: null })
  const final = tile?.finals[0]
  const zoom = () => setLook({ ...look, isFull: !look.isFull })
  useCommands({
    ...moves,
    zoom,
    ...(final && {
      beforeAfter: () => setStageShown(stagesShown[(stagesShown.indexOf(stageShown) + 1) % 3] ?? 'final'),
    }),
  })

  const image = (stageShown === 'draft' ? undefined : final) ?? tile?.image
  const index = list.indexOf(focusId)
  const run = list.runAt(index)
  const inRow = list.runs[run]?.[1] ?? 1
  return (
    // biome-ignore lint/a11y/useSemanticElements: a section cannot take the focus that its keys need
    <div
      ref={region}
      className={styles.loupe}
      role="region"
      aria-label={tile ? `Loupe: ${tile.label}, variant ${tile.variant}, ${said.decision}` : 'Loupe'}
      data-region="loupe"
      // biome-ignore lint/a11y/noNoninteractiveTabindex: the loupe is driven by keys, which need the focus to be in it
      tabIndex={0}
    >
      <header className={styles.head} data-dims="">
        <IconButton icon="arrowLeft" label="Back to the grid" keys={keyOf('openGrid')} onClick={close} />
        <b className={styles.label}>{tile?.label ?? ' '}</b>
        <span className={styles.where}>
          {index >= 0 &&
            `${index - list.runStart(run) + 1} of ${inRow} in its row, row ${run + 1} of ${list.runs.length.toLocaleString('en-US')}`}
        </span>
        <span className={styles.grow} />
        {final && tile?.image && (
          <Segmented
            label="Stage"
            value={stageShown}
            choices={[
              { value: 'draft', label: 'Draft' },
              { value: 'slider', label: 'Slider' },
              { value: 'final', label: 'Final' },
            ]}
            onChange={setStageShown}
          />
        )}
        <Chip
          on={settings?.autoAdvanceLoupe ?? true}
          keys={keyOf('autoAdvance')}
          onChange={(on) => changeSettings({ autoAdvanceLoupe: on })}
        >
          Auto-advance
        </Chip>
        <Chip on={look.isFull} keys={keyOf('zoom')} onChange={zoom}>
          {look.isFull ? '100 %' : 'Fit'}
        </Chip>
      </header>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the menu key opens the same menu where the focus is, the loupe */}
      <div className={styles.stage} onContextMenu={tileMenu.onContextMenu}>
        {image && (
          <Stage
            image={image}
            look={isPeeking ? { ...look, isFull: true } : look}
            onLook={setLook}
            over={stageShown === 'slider' && final && tile?.image && <BeforeAfter key={final.id} draft={tile.image} />}
          />
        )}
        {tile && !image && <EmptyStage tile={tile} />}
        {tile && <LoupeMarks said={said} />}
      </div>
      <Filmstrip focusId={focusId} onChoose={(id) => session.focus(id)} />
      {tileMenu.menu}
    </div>
  )
}

const EmptyStage = ({ tile }: { tile: Tile }) => (
  <div className={styles.card}>
    <TileCard tile={tile} size={320} isFocused />
  </div>
)

/** Details of what the next key may show, so that a picture is there before it is asked for. */
function useNeighbours(focusId: number): void {
  const session = useReview()
  const list = useReviewState((state) => state.list)
  useEffect(() => {
    const index = list.indexOf(focusId)
    if (index < 0) return
    const run = list.runAt(index)
    const from = Math.max(0, list.runStart(Math.max(0, run - 1)))
    session.tiles.want(list.ids.slice(Math.max(from, index - 24), Math.min(list.runStart(run + 2), index + 40)))
    session.tiles.want(list.ids.slice(Math.max(0, index - 2), index + 4))
  }, [session, list, focusId])
}
