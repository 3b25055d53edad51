import type { TileFilter } from '#shared/contract/tiles.ts'
import type { TileCache } from '../api/tile-cache.ts'
import { showsSaid } from './filter.ts'
import type { PendingMark } from './marks.ts'
import { anchoredAt, heldTo, noSelection, type Selection, targetsOf } from './selection.ts'
import { allStacks, closeStacks, rowOf, type Stacks, siblingsOf, topOf } from './stacks.ts'
import { emptyTileList, focusAfterChange, type TileList, withoutTiles } from './tile-list.ts'
import { createTileViews, saidOf, type TileView } from './tile-view.ts'

/** Everything a person's review of one batch holds that is not stored: place, selection, marks on their way. */
export interface ReviewState {
  /** Every tile that the filter shows. */
  readonly list: TileList
  /** What the grid shows of it: a closed stack is its top tile. */
  readonly grid: TileList
  readonly stacks: Stacks
  /** The top tile of a closed stack -> how many tiles it stands for. */
  readonly stackSizes: ReadonlyMap<number, number>
  /** The tiles that auto-advance and the way to the next undecided stay among; `null` for all. */
  readonly scope: readonly number[] | null
  readonly focusId: number | null
  readonly selection: Selection
  readonly pending: readonly PendingMark[]
  /** The last thing said, for the live region; `number` tells two equal ones apart. */
  readonly said: { readonly text: string; readonly number: number }
  /** Answers still awaited: marks, undo, redo. */
  readonly sending: number
}

export interface ReviewSession {
  readonly batchId: number
  readonly tiles: TileCache
  readonly state: () => ReviewState
  readonly change: (change: Partial<ReviewState>) => void
  readonly subscribe: (listener: () => void) => () => void
  readonly view: (tileId: number) => TileView
  /** Another list from the engine: focus stays, or goes to the neighbour of what is gone. */
  readonly takeList: (list: TileList, filter: TileFilter) => void
  /** Takes out, and puts back, what marks on these tiles moved out of or into the filter, before the engine's next list. */
  readonly refilter: (tileIds: Iterable<number>) => void
  readonly focus: (tileId: number | null, selection?: Selection) => void
  /** Closes the row's stack under its approved tile, or opens it. */
  readonly toggleStack: (tileId: number) => void
  readonly closeAllStacks: (closed: boolean) => void
  readonly targets: () => readonly number[]
  readonly say: (text: string) => void
}

/** The state of one batch's review, shared by grid, loupe and details. It lives as long as the batch is open. */
export function createReviewSession(batchId: number, tiles: TileCache): ReviewSession {
  const listeners = new Set<() => void>()
  const remember = createTileViews()
  const held: { state: ReviewState; whole: TileList; filter: TileFilter; hidden: Set<number> } = {
    state: {
      list: emptyTileList,
      grid: emptyTileList,
      stacks: new Map(),
      stackSizes: new Map(),
      scope: null,
      focusId: null,
      selection: noSelection,
      pending: [],
      said: { text: '', number: 0 },
      sending: 0,
    },
    whole: emptyTileList,
    filter: {},
    hidden: new Set(),
  }

  const tell = () => {
    for (const listener of listeners) listener()
  }
  const change = (part: Partial<ReviewState>) => {
    held.state = { ...held.state, ...part }
    tell()
  }
  const showList = () => {
    const before = held.state.list
    const list = withoutTiles(held.whole, held.hidden)
    if (list === before) return
    const focusId = focusAfterChange(before, list, held.state.focusId)
    const selection = heldTo(held.state.selection, list)
    change({
      list,
      ...stackedAs(list, held.state.stacks),
      focusId,
      selection: selection.ids.size === 0 ? anchoredAt(focusId) : selection,
    })
    if (raised(focusId).grid) change(raised(focusId))
  }

  const isApproved = (tileId: number): boolean => saidOf(tiles.get(tileId), held.state.pending).decision === 'approved'

  /** The stacks with this tile on top of its own, where that is closed. */
  const raised = (tileId: number | null): Partial<ReviewState> => {
    const { list, stacks } = held.state
    const row = tileId === null || stacks.size === 0 ? null : rowOf(list, tileId)
    if (tileId === null || row === null || !stacks.has(row) || stacks.get(row) === tileId) return {}
    return stackedAs(list, new Map(stacks).set(row, tileId))
  }

  const isHidden = (tileId: number): boolean => {
    const tile = tiles.get(tileId)
    return tile !== null && !showsSaid(held.filter, saidOf(tile, held.state.pending))
  }

  return {
    batchId,
    tiles,
    state: () => held.state,
    change,
    subscribe: (listener) => {
      listeners.add(listener)
      const forget = tiles.subscribe(listener)
      return () => {
        listeners.delete(listener)
        forget()
      }
    },
    view: (tileId) => {
      const tile = tiles.get(tileId)
      const { focusId, selection, pending } = held.state
      return remember(tileId, {
        tile,
        said: saidOf(tile, pending),
        isFocused: focusId === tileId,
        isSelected: selection.ids.has(tileId),
      })
    },
    takeList: (list, filter) => {
      held.whole = list
      held.filter = filter
      const marked = [...held.hidden, ...held.state.pending.flatMap((mark) => [...mark.tileIds])]
      held.hidden = new Set(marked.filter(isHidden))
      showList()
    },
    refilter: (tileIds) => {
      const hidden = new Set(held.hidden)
      for (const tileId of tileIds) {
        if (isHidden(tileId)) hidden.add(tileId)
        else hidden.delete(tileId)
      }
      held.hidden = hidden
      showList()
    },
    focus: (tileId, selection = anchoredAt(tileId)) => change({ ...raised(tileId), focusId: tileId, selection }),
    toggleStack: (tileId) => {
      const { list, focusId } = held.state
      const row = rowOf(list, tileId)
      const siblings = siblingsOf(list, tileId)
      const top = topOf(siblings, isApproved)
      if (row === null || top === undefined || siblings.length < 2) return
      const stacks = new Map(held.state.stacks)
      if (!stacks.delete(row)) stacks.set(row, top)
      const isInside = focusId !== null && siblings.includes(focusId) && stacks.has(row)
      change({ ...stackedAs(list, stacks), ...(isInside && { focusId: top, selection: anchoredAt(top) }) })
    },
    closeAllStacks: (closed) => {
      const { list, focusId } = held.state
      const stacks: Stacks = closed ? allStacks(list, isApproved) : new Map()
      const row = focusId === null ? null : rowOf(list, focusId)
      const top = row === null ? focusId : (stacks.get(row) ?? focusId)
      change({ ...stackedAs(list, stacks), focusId: top, selection: anchoredAt(top) })
    },
    targets: () => targetsOf(held.state.selection, held.state.focusId),
    say: (text) => change({ said: { text, number: held.state.said.number + 1 } }),
  }
}

function stackedAs(list: TileList, stacks: Stacks): Pick<ReviewState, 'grid' | 'stacks' | 'stackSizes'> {
  const { list: grid, sizes } = closeStacks(list, stacks)
  return { grid, stacks, stackSizes: sizes }
}
