import { lastAtMost, type TileList } from '../review/tile-list.ts'

export interface LayoutInput {
  readonly list: TileList
  /** Inner width of the grid in CSS pixels. */
  readonly width: number
  /** The wanted side of a tile; tiles grow a little so that a full line ends at the right edge. */
  readonly wantedSize: number
  readonly grouped: boolean
}

/** One line of tiles. `start` and `end` are indexes into the list; a tile's column is its index less `start`. */
export interface Line {
  readonly number: number
  readonly start: number
  readonly end: number
  readonly top: number
  /** Height of the row heads above the tiles, 0 where no row begins in this line. */
  readonly head: number
}

export interface GridLayout {
  readonly columns: number
  /** Side of a tile in CSS pixels, a whole number. */
  readonly size: number
  readonly height: number
  readonly lineCount: number
  readonly line: (number: number) => Line
  readonly lineOfIndex: (index: number) => number
  readonly lineAtY: (y: number) => number
}

export const gap = 8
const headHeight = 28
const groupGap = 12
/** Beyond this share of the wanted size tiles grow no more, and the line ends where it ends. */
const mostGrowth = 1.4
/** Down to this share of it they shrink, where a row would else leave its last tile alone in a line. */
const mostShrinking = 0.75

/**
 * Where every tile stands. Rows that fit side by side share a line; a row wider than the grid wraps, and nobody joins its
 * lines. Costs one pass over the rows: 50,000 tiles take a few milliseconds, and nothing is made per tile.
 */
export function layOut({ list, width, wantedSize, grouped }: LayoutInput): GridLayout {
  const fitting = Math.max(1, Math.floor((width + gap) / (wantedSize + gap)))
  const narrowest = Math.max(1, Math.floor((width + gap) / (wantedSize * mostShrinking + gap)))
  const columns = grouped ? columnsForRows(list, fitting, narrowest) : fitting
  const filling = Math.floor((width - gap * (columns - 1)) / columns)
  const size = Math.max(48, Math.min(filling, Math.round(wantedSize * mostGrowth)))
  const starts: number[] = []
  const tops: number[] = []
  const heads: number[] = []
  let y = 0

  const addLines = (start: number, end: number, head: number) => {
    for (let index = start; index < end; index += columns) {
      const above = index === start ? head : 0
      starts.push(index)
      tops.push(y)
      heads.push(above)
      y += above + size + gap
    }
  }

  if (grouped) {
    let bandStart = 0
    let bandEnd = 0
    const close = () => {
      if (bandEnd === bandStart) return
      addLines(bandStart, bandEnd, headHeight)
      y += groupGap - gap / 2
      bandStart = bandEnd
    }
    for (const [, count] of list.runs) {
      if (bandEnd - bandStart + count > columns) close()
      bandEnd += count
    }
    close()
  } else {
    addLines(0, list.ids.length, 0)
  }

  const lineStart = Int32Array.from(starts)
  const lineTop = Float64Array.from(tops)
  const lineCount = starts.length
  return {
    columns,
    size,
    height: Math.max(0, y),
    lineCount,
    line: (number) => ({
      number,
      start: lineStart[number] ?? 0,
      end: Math.min((lineStart[number] ?? 0) + columns, lineStart[number + 1] ?? list.ids.length),
      top: lineTop[number] ?? 0,
      head: heads[number] ?? 0,
    }),
    lineOfIndex: (index) => lastAtMost(lineStart, index, lineCount - 1),
    lineAtY: (y) => lastAtMost(lineTop, y, lineCount - 1),
  }
}

/**
 * Where nearly all rows are as long as the longest, they decide: what a line would hold one of but not two takes the row's
 * own length, and the tiles grow into the room; what is too long by little goes in one line of smaller tiles, up to
 * `narrowest` of them. Else a line holds as many as are `fitting`.
 */
function columnsForRows({ runs }: TileList, fitting: number, narrowest: number): number {
  const longest = runs.reduce((most, [, count]) => Math.max(most, count), 0)
  const isOwnLine = longest > fitting ? longest <= narrowest : longest < fitting && 2 * longest > fitting
  if (!isOwnLine) return fitting
  const asLong = runs.reduce((sum, [, count]) => sum + (count === longest ? 1 : 0), 0)
  return asLong >= runs.length * 0.8 ? longest : fitting
}
