import { type ReactNode, useEffect, useMemo, useRef, useState } from 'react'
import type { BatchStatus } from '#shared/contract/batches.ts'
import { useOptionalSheet } from '../api/queries.ts'
import { goTo } from '../app/use-route.ts'
import compare from '../compare/compare.module.css'
import { useCommands, useKeyOf } from '../keys/command-center.tsx'
import { useReview, useReviewState } from '../review/session-context.tsx'
import { Button, IconButton } from '../ui/button.tsx'
import { Select } from '../ui/select.tsx'
import { Skeleton } from '../ui/skeleton.tsx'
import { ColumnHead } from './column-head.tsx'
import { MatrixCell } from './matrix-cell.tsx'
import { type Axis, cellOf, isAxis, leaders, pivot, plainAxes, tileAfter } from './pivot.ts'
import styles from './shoot-out.module.css'
import { mostEntries, useEntries } from './use-entries.ts'

/** Rows of the matrix that are drawn at first, and more with each press. */
const page = 100

/** Rows beside models, or any two axes: every column says how much of it was approved and what that cost. */
export const ShootOut = ({
  batchId,
  batch,
  onOpen,
}: {
  batchId: number
  batch: BatchStatus | undefined
  onOpen: (tileId: number) => void
}) => {
  const session = useReview()
  const entries = useEntries()
  const total = useReviewState((state) => state.list.ids.length)
  const focusId = useReviewState((state) => state.focusId)
  const [rowAxis, setRowAxis] = useState<Axis>('row')
  const [columnAxis, setColumnAxis] = useState<Axis>(
    (batch?.settings.profiles.length ?? 0) > 1 || (batch?.settings.fallbacks?.length ?? 0) > 0 ? 'model' : 'variant',
  )
  const [shownRows, setShownRows] = useState(page)
  const region = useRef<HTMLDivElement>(null)
  const keyOf = useKeyOf()
  const sheet = useOptionalSheet(batch?.sheetId ?? null).data
  const matrix = useMemo(() => pivot(entries ?? [], rowAxis, columnAxis), [entries, rowAxis, columnAxis])
  const leading = leaders(matrix.columns)
  const axes = [
    ...plainAxes,
    ...[...(batch?.settings.axes ?? []), ...(sheet?.columns ?? [])].map(({ name }) => ({
      value: `column:${name}` as const,
      label: name,
    })),
  ]

  useEffect(() => region.current?.focus({ preventScroll: true }), [])
  const at = useMemo(() => (focusId === null ? null : cellOf(matrix, focusId)), [matrix, focusId])
  const move = (kind: 'left' | 'right' | 'up' | 'down') => () => {
    const tileId = tileAfter(matrix, focusId, kind)
    if (tileId === null) return
    setShownRows(Math.max(shownRows, (cellOf(matrix, tileId)?.row ?? 0) + 1))
    session.focus(tileId)
  }
  useCommands({ left: move('left'), right: move('right'), up: move('up'), down: move('down') })
  useEffect(() => {
    if (focusId !== null) document.getElementById(`cell-${focusId}`)?.scrollIntoView({ block: 'nearest' })
  }, [focusId])

  const axisSelect = (label: string, value: Axis, onChange: (axis: Axis) => void) => (
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
        <span className={compare.where}>
          {total > mostEntries && `figures of the first ${mostEntries.toLocaleString('en-US')} drafts`}
        </span>
      </header>
      {/* biome-ignore lint/a11y/useSemanticElements: the ARIA grid pattern, with one tab stop and an active cell */}
      <div
        ref={region}
        className={styles.box}
        role="grid"
        aria-label={`Shoot-out of ${batch?.batch ?? 'the batch'}`}
        aria-rowcount={matrix.rows.length + 1}
        aria-colcount={matrix.columns.length + 1}
        aria-activedescendant={at ? `cell-${focusId}` : undefined}
        aria-busy={entries === null}
        data-region="shoot-out"
        tabIndex={0}
      >
        {entries === null ? (
          <Skeleton lines={8} look="box" />
        ) : (
          <div className={styles.matrix}>
            <Row index={1} columns={matrix.columns.length}>
              {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */}
              {/* biome-ignore lint/a11y/useSemanticElements: see above */}
              <div className={styles.corner} role="columnheader">
                <span className="visually-hidden">{rowAxis}</span>
              </div>
              {matrix.columns.map((figures) => (
                <ColumnHead
                  key={figures.name}
                  figures={figures}
                  isLeader={leading.includes(figures.name)}
                  batch={batch}
                  isModel={columnAxis === 'model'}
                />
              ))}
            </Row>
            {matrix.rows.slice(0, shownRows).map(({ name, cells }, index) => (
              <Row key={name} index={index + 2} columns={matrix.columns.length}>
                {/* biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell */}
                {/* biome-ignore lint/a11y/useSemanticElements: see above */}
                <div className={styles.rowHead} role="rowheader">
                  {name}
                </div>
                {cells.map((cell) => (
                  <MatrixCell key={cell.key} cell={cell} onOpen={onOpen} />
                ))}
              </Row>
            ))}
          </div>
        )}
        {matrix.rows.length > shownRows && (
          <Button onClick={() => setShownRows(shownRows + page)}>
            Show more of {matrix.rows.length.toLocaleString('en-US')} rows
          </Button>
        )}
      </div>
    </div>
  )
}

const Row = ({ index, columns, children }: { index: number; columns: number; children: ReactNode }) => (
  // biome-ignore lint/a11y/useSemanticElements: a table row cannot stand in a CSS grid
  // biome-ignore lint/a11y/useFocusableInteractive: the grid has the focus and names the active cell
  <div
    className={styles.row}
    style={{ gridTemplateColumns: `112px repeat(${columns}, minmax(156px, 380px))` }}
    role="row"
    aria-rowindex={index}
  >
    {children}
  </div>
)
