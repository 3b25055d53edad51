import type { GridLayout } from './layout.ts'

/** The lines in the page, from `first` to `last`; only those in `ready` hold their tiles, the others are one empty box. */
export interface ShownLines {
  readonly first: number
  readonly last: number
  readonly ready: ReadonlySet<number>
}

/** How many tiles one frame may add: what a slow machine draws well inside 50 ms. */
const tilesPerFrame = 24

/**
 * The lines to draw for a view: what is seen, and half a view above and below. Lines that are seen get their tiles first.
 * The answer is the former object where nothing is new, so that drawing stops.
 */
export function linesToShow(
  layout: GridLayout,
  view: { readonly top: number; readonly height: number },
  before: ShownLines,
): ShownLines {
  if (layout.lineCount === 0 || view.height === 0)
    return before.last < before.first ? before : { ...before, first: 0, last: -1 }
  const beyond = view.height / 2
  const first = layout.lineAtY(view.top - beyond)
  const last = layout.lineAtY(view.top + view.height + beyond)
  const seenFirst = layout.lineAtY(view.top)
  const seenLast = layout.lineAtY(view.top + view.height)

  const ready = new Set<number>()
  for (const number of before.ready) if (number >= first && number <= last) ready.add(number)
  let budget = tilesPerFrame
  const add = (number: number) => {
    if (budget <= 0 || ready.has(number)) return
    const { start, end } = layout.line(number)
    budget -= end - start
    ready.add(number)
  }
  for (let number = seenFirst; number <= seenLast; number += 1) add(number)
  for (let number = seenLast + 1; number <= last; number += 1) add(number)
  for (let number = seenFirst - 1; number >= first; number -= 1) add(number)

  const isSame = before.first === first && before.last === last && before.ready.size === ready.size
  return isSame && [...ready].every((number) => before.ready.has(number)) ? before : { first, last, ready }
}
