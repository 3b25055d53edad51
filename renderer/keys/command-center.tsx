import { createContext, type ReactNode, useContext, useEffect, useRef, useState } from 'react'
import type { CommandId } from './commands.ts'
import { commandFor } from './key-map.ts'
import { placeOf, pressOf } from './key-place.ts'

type Run = () => void

/** Which commands can be run now. Parts of the page offer them while they are shown; the newest offer wins. */
export interface CommandCenter {
  readonly offer: (id: CommandId, run: Run) => () => void
  readonly can: (id: CommandId) => boolean
  /** Whether there was an offer to run. */
  readonly run: (id: CommandId) => boolean
}

function createCommandCenter(): CommandCenter {
  const offers = new Map<CommandId, Run[]>()
  return {
    offer: (id, run) => {
      offers.set(id, [...(offers.get(id) ?? []), run])
      return () =>
        offers.set(
          id,
          (offers.get(id) ?? []).filter((each) => each !== run),
        )
    },
    can: (id) => (offers.get(id)?.length ?? 0) > 0,
    run: (id) => {
      const run = offers.get(id)?.at(-1)
      run?.()
      return run !== undefined
    },
  }
}

const Center = createContext<CommandCenter | null>(null)

/** Holds the commands and listens to the keyboard for the whole page. */
export const CommandProvider = ({ children }: { children: ReactNode }) => {
  const [center] = useState(createCommandCenter)
  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.defaultPrevented) return
      const id = commandFor(pressOf(event), placeOf(event.target))
      if (id !== null && center.run(id)) event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [center])
  return <Center.Provider value={center}>{children}</Center.Provider>
}

export function useCommandCenter(): CommandCenter {
  const center = useContext(Center)
  if (!center) throw new Error('This part of the page stands outside CommandProvider')
  return center
}

/** Offers commands while the component is shown: `useCommands({ deliver: () => setOpen(true) })`. */
export function useCommands(runs: Readonly<Partial<Record<CommandId, Run>>>): void {
  const center = useCommandCenter()
  const newest = useRef(runs)
  useEffect(() => {
    newest.current = runs
  })
  const names = Object.keys(runs).join(' ')
  useEffect(() => {
    const ids = names.split(' ').filter(isOffered(newest.current))
    const takeBack = ids.map((id) => center.offer(id, () => newest.current[id]?.()))
    return () => {
      for (const take of takeBack) take()
    }
  }, [center, names])
}

const isOffered =
  (runs: Readonly<Partial<Record<CommandId, Run>>>) =>
  (id: string): id is CommandId =>
    id in runs
