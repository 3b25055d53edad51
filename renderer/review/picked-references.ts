import { useSyncExternalStore } from 'react'
import type { Image } from '#shared/contract/tiles.ts'

/** A picture of the library that a person chose to go in with what is asked for next. */
export interface PickedReference {
  readonly image: Image
  /** What its row is called. */
  readonly label: string
}

/** The contract takes no more with one request. */
const most = 16

export interface PickedReferences {
  readonly list: () => readonly PickedReference[]
  /** The newest last; one that is there already stays where it is. False where there are 16 already. */
  readonly add: (reference: PickedReference) => boolean
  readonly remove: (imageId: number) => void
  readonly clear: () => void
  readonly subscribe: (listener: () => void) => () => void
}

function createPickedReferences(): PickedReferences {
  const listeners = new Set<() => void>()
  const held: { list: readonly PickedReference[] } = { list: [] }
  const become = (list: readonly PickedReference[]) => {
    held.list = list
    for (const listener of listeners) listener()
  }
  return {
    list: () => held.list,
    add: (reference) => {
      if (held.list.some(({ image }) => image.id === reference.image.id)) return true
      if (held.list.length >= most) return false
      become([...held.list, reference])
      return true
    },
    remove: (imageId) => become(held.list.filter(({ image }) => image.id !== imageId)),
    clear: () => become([]),
    subscribe: (listener) => {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
  }
}

/** Of the whole window: a picture of one batch may go in with another's. They last until they are used, or a reload. */
export const pickedReferences = createPickedReferences()

export const usePickedReferences = (): readonly PickedReference[] =>
  useSyncExternalStore(pickedReferences.subscribe, pickedReferences.list)
