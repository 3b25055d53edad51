import { useState } from 'react'
import type { RowDifference, SheetComparison } from '#shared/contract/batches.ts'
import { wordDiff } from '#shared/word-diff.ts'
import { client } from '../api/client.ts'
import { Button } from '../ui/button.tsx'
import { DiffText } from '../ui/diff-text.tsx'
import { notifyError } from '../ui/toast.tsx'
import styles from './sheet-update.module.css'

const kinds = { added: 'new', changed: 'changed', removed: 'gone', returned: 'back' } as const

/** The rows that differ, changed words marked; more of them on demand. */
export const Differences = ({ planId, compared }: { planId: string; compared: SheetComparison }) => {
  const [rows, setRows] = useState<readonly RowDifference[]>(compared.rows)
  const total = compared.added + compared.changed + compared.removed + compared.returned
  const more = () => {
    client.batches
      .differences({ planId, offset: rows.length, limit: 200 })
      .then((page) => setRows((before) => [...before, ...page.rows]))
      .catch((error: unknown) => notifyError('The other rows could not be shown', error))
  }
  if (total === 0) return null
  return (
    <>
      <table className={styles.table}>
        <thead>
          <tr>
            <th scope="col">Row</th>
            <th scope="col">What</th>
            <th scope="col">Difference</th>
            <th scope="col" className={styles.number}>
              Drafts
            </th>
          </tr>
        </thead>
        <tbody>
          {rows.map((row) => (
            <tr key={`${row.kind} ${row.oldRow} ${row.row}`}>
              <th scope="row">{row.label}</th>
              <td className={styles[row.kind]}>{kinds[row.kind]}</td>
              <td className={styles.cells}>
                <Cells row={row} />
              </td>
              <td className={styles.number}>{draftsText(row)}</td>
            </tr>
          ))}
        </tbody>
      </table>
      {rows.length < total && <Button onClick={more}>Show more of {total.toLocaleString('en-US')}</Button>}
    </>
  )
}

const Cells = ({ row: { kind, cells } }: { row: RowDifference }) =>
  cells.slice(0, 4).map(({ column, before, after }) => (
    <div key={column}>
      {kind === 'changed' && <span className={styles.column}>{column}</span>}{' '}
      {kind === 'changed' ? <DiffText pieces={wordDiff(before ?? '', after ?? '')} /> : (after ?? before)}
    </div>
  ))

/** A change that no picture depends on says so. */
function draftsText({ kind, newTiles, keptTiles }: RowDifference): string {
  if (kind === 'removed') return '–'
  return [newTiles > 0 && `${newTiles} new`, keptTiles > 0 && `${keptTiles} ${kind === 'returned' ? 'back' : 'stay'}`]
    .filter(Boolean)
    .join(', ')
}
