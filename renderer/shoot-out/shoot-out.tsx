import { type CSSProperties, type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import type { Matrix, MatrixAxis, TileFilter } from '#shared/contract/tiles.ts'
import { messageOf } from '#shared/errors.ts'
import { useMatrix, useOptionalSheet, useShares } from '../api/queries.ts'
import { goTo } from '../app/use-route.ts'
import compare from '../compare/compare.module.css'
import { useCommands, useKeyOf } from '../keys/command-center.tsx'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { IconButton } from '../ui/button.tsx'
import { EmptyState } from '../ui/empty-state.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { useSize } from '../ui/use-size.ts'
import { ColumnHead } from './column-head.tsx'
import { MatrixCell } from './matrix-cell.tsx'
import { isAxis, leaders, placesOf, plainAxes, tileAfter } from './pivot.ts'
import styles from './shoot-out.module.css'
import { useRowWindow } from './use-row-window.ts'
import { useShownTiles } from './use-shown-tiles.ts'

const noMatrix: Matrix = { columns: [], rows: [] }
const firstColumn = 112
const columnGap = 16
const narrowest = 156
const widest = 380

/** Rows beside models, or any two axes: every column says how much of it was approved and what that cost. */
export const ShootOut = ({
  batchId,
  batch,
  filter,
  onOpen,
}: {
  batchId: number
  batch: BatchStatus | undefined
  filter: TileFilter
  onOpen: (tileId: number) => void
}) => {
  const session = useReview()
  const focusId = useReviewState((state) => state.focusId)
  const [rowAxis, setRowAxis] = useState<MatrixAxis>('row')
  const [columnAxis, setColumnAxis] = useState<MatrixAxis>(
    (batch?.settings.profiles.length ?? 0) > 1 || (batch?.settings.fallbacks?.length ?? 0) > 0 ? 'model' : 'variant',
  )
  const region = useRef<HTMLDivElement>(null)
  const heads = useRef<HTMLDivElement>(null)
  const keyOf = useKeyOf()
  const sheet = useOptionalSheet(batch?.sheetId ?? null).data
  const answer = useMatrix({ batchId, filter, rowAxis, columnAxis })
  const shares = useShares({ batchId, filter, columnAxis }).data
  const matrix = answer.data ?? noMatrix
  const places = useMemo(() => placesOf(matrix), [matrix])
  const leading = leaders(shares ?? [])
  const axes = [
    ...plainAxes,
    ...[...(batch?.settings.axes ?? []), ...(sheet?.columns ?? [])].map(({ name }) => ({
      value: `column:${name}` as const,
      label: name,
    })),
  ]

  const { width, height } = useSize(region)
  const headHeight = useSize(heads).height
  const rows = useRowWindow(region, matrix.rows.length, Math.max(0, height - headHeight))
  const count = Math.max(1, matrix.columns.length)
  const room = (width - 2 * columnGap - firstColumn) / count - columnGap
  const columnWidth = Math.floor(Math.min(widest, Math.max(narrowest, room)))
  const template = { gridTemplateColumns: `${firstColumn}px repeat(${matrix.columns.length}, ${columnWidth}px)` }

  useEffect(() => region.current?.focus({ preventScroll: true }), [])
  const at = focusId === null ? undefined : places.get(focusId)
  const move = (kind: 'left' | 'right' | 'up' | 'down') => () => {
    const tileId = tileAfter(matrix, places, focusId, kind)
    if (tileId !== null) session.focus(tileId)
  }
  useCommands({ left: move('left'), right: move('right'), up: move('up'), down: move('down') })
  const focusedRow = at?.row ?? null
  const { show } = rows
  useEffect(() => {
    if (focusedRow !== null) show(focusedRow)
  }, [focusedRow, show])
  useEffect(() => {
    if (focusId !== null)
      document.getElementById(`cell-${focusId}`)?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [focusId])
  useShownTiles(matrix, rows.first, rows.end)

  const numbers = Array.from({ length: Math.max(0, rows.end - rows.first) }, (_, offset) => rows.first + offset)
  if (focusedRow !== null && (focusedRow < rows.first || focusedRow >= rows.end)) numbers.push(focusedRow)

  const axisSelect = (label: string, value: MatrixAxis, onChange: (axis: MatrixAxis) => void) => (
    <Select
      label={label}
      prefix={`${label.toLowerCase()}:`}
      round
      value={value}
      choices={axes}
      onChange={(next) => {
        if (isAxis(next)) onChange(next)
      }}
    />
  )
  return (
    <div className={compare.compare}>
      <header className={compare.head} data-dims="">
        <IconButton
          icon="arrowLeft"
          label="Back to the grid"
          keys={keyOf('openGrid')}
          onClick={() => goTo({ page: 'batch', batchId, tileId: null })}
        />
        <b className={compare.title}>Shoot-out</b>
        {axisSelect('Rows', rowAxis, setRowAxis)}
        {axisSelect('Columns', columnAxis, setColumnAxis)}
      </header>
      {answer.isError ? (
        <EmptyState icon="warning" title="The shoot-out could not be read">
          {messageOf(answer.error)}
        </EmptyState>
      ) : (
        // biome-ignore lint/a11y/useSemanticElements: the ARIA grid pattern, with one tab stop and an active cell
        <div
          ref={region}
          className={styles.box}
          role="grid"
          aria-label={`Shoot-out of ${batch?.batch ?? 'the batch'}`}
          aria-rowcount={matrix.rows.length + 1}
          aria-colcount={matrix.columns.length + 1}
          aria-activedescendant={at ? `cell-${focusId}` : undefined}
          aria-busy={answer.isPending || answer.isPlaceholderData}
          data-region="shoot-out"
          tabIndex={0}
          onScroll={rows.onScroll}
        >
          {answer.isPending && <Skeleton lines={8} look="box" />}
          <div ref={heads} className={styles.heads} role="presentation">
            {matrix.columns.length > 0 && (
              <Row index={1} style={template}>
                {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */}
                {/* biome-ignore lint/a11y/useSemanticElements: see above */}
                <div className={styles.corner} role="columnheader">
                  <span className="visually-hidden">{rowAxis}</span>
                </div>
                {matrix.columns.map((name, column) => (
                  <ColumnHead
                    // biome-ignore lint/suspicious/noArrayIndexKey: two columns may have one name, and their order is theirs
                    key={column}
                    figures={shares?.[column] ?? { name, made: 0, approved: 0, rejected: 0, paidMicros: 0 }}
                    isLeader={leading.includes(name)}
                    batch={batch}
                    isModel={columnAxis === 'model'}
                  />
                ))}
              </Row>
            )}
          </div>
          <div className={styles.rows} role="presentation" style={{ height: rows.height }}>
            {numbers.map((number) => {
              const row = matrix.rows[number]
              return row ? (
                <Row
                  key={number}
                  index={number + 2}
                  style={{ ...template, transform: `translateY(${rows.topOf(number)}px)` }}
                  isPlaced
                >
                  {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */}
                  {/* biome-ignore lint/a11y/useSemanticElements: see above */}
                  <div className={styles.rowHead} role="rowheader">
                    {row.name}
                  </div>
                  {row.cells.map((cell, column) => (
                    // biome-ignore lint/suspicious/noArrayIndexKey: a cell is its place
                    <MatrixCell key={column} cell={cell} width={columnWidth} onOpen={onOpen} />
                  ))}
                </Row>
              ) : null
            })}
          </div>
        </div>
      )}
    </div>
  )
}

const Row = ({
  index,
  style,
  isPlaced = false,
  children,
}: {
  index: number
  style: CSSProperties
  /** Stands where its number says, among rows that are not in the page. */
  isPlaced?: boolean
  children: ReactNode
}) => (
  // biome-ignore lint/a11y/useSemanticElements: a table row cannot stand in a CSS grid
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
  <div className={isPlaced ? styles.placed : styles.row} style={style} role="row" aria-rowindex={index}>
    {children}
  </div>
)
