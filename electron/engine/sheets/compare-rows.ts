import type { InSlices, SheetRow } from './rows.ts'

/** A row of the newer sheet and the one of the older that it is, by their places in `rows`; -1 for none. */
export interface RowPair {
  readonly next: number
  readonly old: number
}

interface Table {
  readonly columns: readonly string[]
  readonly rows: readonly SheetRow[]
}

interface ComparedBy {
  /** The column with the client's own ids; rows that have one are the same row by it and by nothing else. */
  readonly id: string | null
  /** The column whose change leaves a row the same row, where there are other cells to know it by. */
  readonly prompt: string | null
}

const rowsAtOnce = 2000
/** Rows between two that are known may be like each other; more than so many pairs are not looked at. */
const mostTried = 10_000
const leastAlike = 0.5

/**
 * Which rows of a newer sheet are which of the older one: by id; else by equal cells, wherever they stand; else by equal
 * cells but the prompt's; else, between two known neighbours, by most words in common. Gives a pair for every newer row,
 * in order.
 */
export function* compareRows(older: Table, newer: Table, by: ComparedBy): InSlices<RowPair[]> {
  const oldOf = new Int32Array(newer.rows.length).fill(-1)
  const isTaken = new Uint8Array(older.rows.length)
  const common = newer.columns.filter((column) => older.columns.includes(column))
  const [cellsOld, cellsNew] = [placesOf(older.columns, common), placesOf(newer.columns, common)]
  const idAt = by.id === null ? -1 : common.indexOf(by.id)
  const idOf = (row: SheetRow, places: readonly number[]): string =>
    idAt === -1 ? '' : (row.cells[places[idAt] ?? -1] ?? '').trim()

  /** Pairs what is still open by a key; among equal keys first to first. An empty key is none. */
  function* pairBy(keyOf: (row: SheetRow, places: readonly number[]) => string): InSlices<void> {
    const open = new Map<string, number[]>()
    for (const [at, row] of older.rows.entries()) {
      if (at % rowsAtOnce === 0) yield
      const key = isTaken[at] === 1 ? '' : keyOf(row, cellsOld)
      if (key === '') continue
      const list = open.get(key)
      if (list) list.push(at)
      else open.set(key, [at])
    }
    // The last is taken first: what is taken off the end of a list costs nothing.
    for (const list of open.values()) list.reverse()
    for (const [at, row] of newer.rows.entries()) {
      if (at % rowsAtOnce === 0) yield
      if (oldOf[at] !== -1) continue
      const old = open.get(keyOf(row, cellsNew))?.pop()
      if (old === undefined) continue
      oldOf[at] = old
      isTaken[old] = 1
    }
  }

  const all = (row: SheetRow, places: readonly number[]): string =>
    JSON.stringify(places.map((place) => row.cells[place] ?? ''))
  // Of rows that share an id, those that are quite the same first.
  if (idAt !== -1) {
    yield* pairBy((row, places) => (idOf(row, places) === '' ? '' : all(row, places)))
    yield* pairBy(idOf)
  }
  const withoutId =
    (keyOf: typeof all): typeof all =>
    (row, places) =>
      idOf(row, places) === '' ? keyOf(row, places) : ''
  yield* pairBy(withoutId(all))
  const promptAt = by.prompt === null ? -1 : common.indexOf(by.prompt)
  if (promptAt !== -1)
    yield* pairBy(
      withoutId((row, places) => {
        const others = places.filter((_, at) => at !== promptAt).map((place) => row.cells[place] ?? '')
        return others.some((cell) => cell.trim() !== '') ? JSON.stringify(others) : ''
      }),
    )
  yield
  const words = (row: SheetRow, places: readonly number[]) => wordsOf(row, places)
  for (const gap of gapsOf(oldOf, isTaken)) {
    // Where known rows changed places an older row stands in several gaps: the first one that it is like has it.
    const open = {
      old: gap.old.filter((at) => isTaken[at] === 0 && idOf(older.rows[at] ?? none, cellsOld) === ''),
      next: gap.next.filter((at) => idOf(newer.rows[at] ?? none, cellsNew) === ''),
    }
    if (open.old.length * open.next.length > mostTried) continue
    const candidates = open.old.map((at) => ({ at, words: words(older.rows[at] ?? none, cellsOld) }))
    let from = 0
    for (const at of open.next) {
      const own = words(newer.rows[at] ?? none, cellsNew)
      const found = candidates.findIndex((other, place) => place >= from && alike(own, other.words) >= leastAlike)
      const old = candidates[found]?.at
      if (old === undefined) continue
      oldOf[at] = old
      isTaken[old] = 1
      from = found + 1
    }
    yield
  }
  return [...oldOf].map((old, next) => ({ next, old }))
}

const none: SheetRow = { row: 0, line: 0, cells: [] }

const placesOf = (columns: readonly string[], wanted: readonly string[]): number[] =>
  wanted.map((column) => columns.indexOf(column))

const wordsOf = (row: SheetRow, places: readonly number[]): Set<string> =>
  new Set(places.flatMap((place) => (row.cells[place] ?? '').toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? []))

/** The share of words that two rows have in common, 0 to 1. */
function alike(one: ReadonlySet<string>, other: ReadonlySet<string>): number {
  const larger = Math.max(one.size, other.size)
  if (larger === 0) return 0
  let common = 0
  for (const word of one) if (other.has(word)) common++
  return common / larger
}

/** Rows that nobody knows yet, between two pairs of known ones that follow each other in both sheets. */
function gapsOf(oldOf: Int32Array, isTaken: Uint8Array): { old: number[]; next: number[] }[] {
  const gaps: { old: number[]; next: number[] }[] = []
  let next: number[] = []
  let lastOld = -1
  const close = (old: number): void => {
    if (next.length > 0 && old > lastOld) {
      const open: number[] = []
      for (let at = lastOld + 1; at < old; at++) if (isTaken[at] === 0) open.push(at)
      if (open.length > 0) gaps.push({ old: open, next })
    }
    next = []
    lastOld = old
  }
  for (const [at, old] of oldOf.entries()) {
    if (old === -1) next.push(at)
    else close(old)
  }
  close(isTaken.length)
  return gaps
}
