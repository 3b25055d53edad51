import type { TileFilter } from '#shared/contract/tiles.ts'
import type { TileCache } from '../api/tile-cache.ts'
import { showsSaid } from './filter.ts'
import type { PendingMark } from './marks.ts'
import { anchoredAt, heldTo, noSelection, type Selection, targetsOf } from './selection.ts'
import { emptyTileList, focusAfterChange, type TileList, withoutTiles } from './tile-list.ts'
import { createTileViews, saidOf, type TileView } from './tile-view.ts'

/** Everything a person's review of one batch holds that is not stored: place, selection, marks on their way. */
export interface ReviewState {
  readonly list: TileList
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
    change({ list, focusId, selection: selection.ids.size === 0 ? anchoredAt(focusId) : selection })
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
    focus: (tileId, selection = anchoredAt(tileId)) => change({ focusId: tileId, selection }),
    targets: () => targetsOf(held.state.selection, held.state.focusId),
    say: (text) => change({ said: { text, number: held.state.said.number + 1 } }),
  }
}
