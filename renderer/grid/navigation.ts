import type { GridLayout } from './layout.ts'

export type Move = 'left' | 'right' | 'up' | 'down' | 'pageUp' | 'pageDown' | 'first' | 'last'

/** The index that a move leads to, in a grid as it is laid out. At an edge it stays; `page` is lines a screen. */
export function indexAfter(move: Move, from: number, layout: GridLayout, count: number, page: number): number {
  const last = count - 1
  if (last < 0) return -1
  switch (move) {
    case 'left':
      return Math.max(0, from - 1)
    case 'right':
      return Math.min(last, from + 1)
    case 'up':
      return byLines(from, -1, layout)
    case 'down':
      return byLines(from, 1, layout)
    case 'pageUp':
      return byLines(from, -page, layout)
    case 'pageDown':
      return byLines(from, page, layout)
    case 'first':
      return 0
    case 'last':
      return last
  }
}

/** The tile in the same column some lines on, or the last of a shorter line. */
function byLines(from: number, lines: number, layout: GridLayout): number {
  const here = layout.line(layout.lineOfIndex(from))
  const number = Math.max(0, Math.min(layout.lineCount - 1, here.number + lines))
  if (number === here.number) return from
  const there = layout.line(number)
  return Math.min(there.end - 1, there.start + (from - here.start))
}
